import { ExportResultCode } from '@opentelemetry/core';
import type { ExportResult } from '@opentelemetry/core';

/** Tells the operator how a collector fares. */
export interface CollectorWatch {
  note(isTaken: boolean): void;
  /** Tells nothing more. */
  mute(): void;
}

/** @param logError gets one line when the collector begins to fail, and one when it works again. */
export function collectorWatch(logError: (line: string) => void): CollectorWatch {
  let isFailing = false;
  let isMuted = false;
  return {
    note: (isTaken) => {
      if (isMuted || isTaken !== isFailing) return;
      isFailing = !isTaken;
      logError(
        isFailing
          ? 'telemetry: the collector does not take what it is sent; what it misses is dropped'
          : 'telemetry: the collector takes what it is sent again',
      );
    },
    mute: () => {
      isMuted = true;
    },
  };
}

interface Exporter<Items> {
  export(items: Items, done: (result: ExportResult) => void): void;
}

/** The same exporter, whose results the watch sees. */
export function watched<Items, Given extends Exporter<Items>>(
  exporter: Given & Exporter<Items>,
  watch: CollectorWatch,
): Given {
  const send = exporter.export.bind(exporter);
  exporter.export = (items, done) =>
    send(items, (result) => {
      watch.note(result.code === ExportResultCode.SUCCESS);
      done(result);
    });
  return exporter;
}
