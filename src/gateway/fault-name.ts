import { SallyportError } from '../core/error.ts';

/** A fault by its name alone: messages of outside code may hold what they failed on. */
export function faultName(error: unknown): string {
  if (error instanceof SallyportError) return `${error.code}: ${error.message}`;
  return error instanceof Error ? error.name : 'fault';
}
