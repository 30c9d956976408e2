/** Records of one object of a store, both ends included, all of one UTC day. */
export interface RecordsObject {
  readonly firstIndex: number;
  readonly lastIndex: number;
  /** `YYYY-MM-DD`. */
  readonly day: string;
}

/** Where the objects of records lie in a store. */
export const RECORDS_START = 'records/';
/** Where the checkpoints lie that were delivered, by their size. */
export const CHECKPOINTS_START = 'checkpoints/';
/** The newest checkpoint of a store. */
export const NEWEST_CHECKPOINT_KEY = 'checkpoint';
/** The verifier key of the log that a store holds. A convenience: who checks a log has the key from elsewhere. */
export const LOG_KEY_KEY = 'log.vkey';

const RECORDS_KEY = /^records\/year=(\d{4})\/month=(\d{2})\/day=(\d{2})\/(\d{20})-(\d{20})\.ndjson\.gz$/;

/** The key of the object that holds a range of records: gzip of the log's lines, with a newline each. */
export function recordsKey({ firstIndex, lastIndex, day }: RecordsObject): string {
  const [year = '', month = '', date = ''] = day.split('-');
  const range = `${padded(firstIndex)}-${padded(lastIndex)}`;
  return `${RECORDS_START}year=${year}/month=${month}/day=${date}/${range}.ndjson.gz`;
}

/** Reads the key of an object of records; null where it is none. */
export function parseRecordsKey(key: string): RecordsObject | null {
  const [, year, month, date, first, last] = RECORDS_KEY.exec(key) ?? [];
  const [firstIndex, lastIndex] = [Number(first), Number(last)];
  if (!Number.isSafeInteger(firstIndex) || !Number.isSafeInteger(lastIndex) || lastIndex < firstIndex) return null;
  return { firstIndex, lastIndex, day: `${year}-${month}-${date}` };
}

/** The key of the checkpoint over so many records. */
export function checkpointKey(sizeRecords: number): string {
  return `${CHECKPOINTS_START}${padded(sizeRecords)}`;
}

function padded(index: number): string {
  return String(index).padStart(20, '0');
}
