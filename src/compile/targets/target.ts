import type { Sha256 } from '../../core/ids.ts';
import type { RuleTable } from '../../core/rule-table.ts';
import type { Policy } from '../../policy/index.ts';
import type { Site } from '../site.ts';

/** What every target is made from. Pure data: the same input gives the same bytes. */
export interface TargetInput {
  readonly policy: Policy;
  /** The rules of the moment for which the documents are made. */
  readonly table: RuleTable;
  readonly site: Site;
  /** Id of the AWS organization, `o-…`; null where it is not known. */
  readonly awsOrganizationId: string | null;
  /** The hash of the platform; given, because this room knows no platform. */
  readonly sha256: (text: string) => Sha256;
}

/** One file of a target. */
export interface TargetFile {
  /** A plain name, unique within its target. */
  readonly name: string;
  /** Where it is installed, for people. */
  readonly place: string;
  readonly text: string;
  /** `utf-16le` files begin with a byte order mark, which `text` does not hold. */
  readonly encoding: 'utf-8' | 'utf-16le';
}

/** Something that the policy says and a target has no words for. */
export interface TargetGap {
  /** What is not carried: a host, a rule id, a field of the policy. */
  readonly subject: string;
  readonly why: string;
}

export interface TargetOutput {
  readonly files: readonly TargetFile[];
  /** In a fixed order, without repeats. */
  readonly gaps: readonly TargetGap[];
  /** Values that the documents hold otherwise than the policy says; whoever uses them must know. */
  readonly changed?: readonly TargetGap[];
}

/** Why a policy is not compiled to a kind of document, for people. */
export interface TargetRefusal {
  /** A clause without a final period. */
  readonly problem: string;
  readonly hint: string;
}

/** A kind of document that a policy compiles to. */
export interface Target {
  /** Public and stable. */
  readonly name: string;
  /** One line without a final period. */
  readonly about: string;
  /** Why documents made from this policy would do harm; null, or absent, where they would not. */
  refusal?(input: TargetInput): TargetRefusal | null;
  /** Pure. Throws nothing for a policy that was checked. */
  compile(input: TargetInput): TargetOutput;
}

/** A file of UTF-8 text. */
export function textFile(name: string, place: string, text: string): TargetFile {
  return { name, place, text, encoding: 'utf-8' };
}

/** A file of JSON, indented, with its keys in the order of the document. */
export function jsonFile(name: string, place: string, document: object): TargetFile {
  return textFile(name, place, `${JSON.stringify(document, null, 2)}\n`);
}
