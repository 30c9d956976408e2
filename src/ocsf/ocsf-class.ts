/** A class of the Open Cybersecurity Schema Framework, with the activities that we use of it. */
export interface OcsfClass {
  readonly uid: number;
  readonly name: string;
  readonly categoryUid: number;
  readonly categoryName: string;
  readonly activities: Readonly<Record<number, string>>;
}

/** The version of the framework whose classes, attributes and numbers are used: a test holds them against its schema. */
export const OCSF_VERSION = '1.8.0';

/** An activity that the framework has no number for; its name is told beside it. */
export const OTHER_ACTIVITY = 99;

const SYSTEM = { categoryUid: 1, categoryName: 'System Activity' } as const;
const FINDINGS = { categoryUid: 2, categoryName: 'Findings' } as const;
const IDENTITY = { categoryUid: 3, categoryName: 'Identity & Access Management' } as const;
const NETWORK = { categoryUid: 4, categoryName: 'Network Activity' } as const;
const APPLICATION = { categoryUid: 6, categoryName: 'Application Activity' } as const;

/** The classes that records are mapped to, by the framework's own names of them. */
export const OCSF_CLASSES = {
  base_event: {
    uid: 0,
    name: 'Base Event',
    categoryUid: 0,
    categoryName: 'Uncategorized',
    activities: { 99: 'Other' },
  },
  file_activity: {
    uid: 1001,
    name: 'File System Activity',
    ...SYSTEM,
    activities: { 2: 'Read', 3: 'Update', 99: 'Other' },
  },
  process_activity: { uid: 1007, name: 'Process Activity', ...SYSTEM, activities: { 1: 'Launch', 99: 'Other' } },
  // The framework spells its own name of this class so.
  event_log_actvity: {
    uid: 1008,
    name: 'Event Log Activity',
    ...SYSTEM,
    activities: { 6: 'Start', 7: 'Stop', 99: 'Other' },
  },
  detection_finding: { uid: 2004, name: 'Detection Finding', ...FINDINGS, activities: { 1: 'Create', 99: 'Other' } },
  authentication: {
    uid: 3002,
    name: 'Authentication',
    ...IDENTITY,
    activities: { 1: 'Logon', 2: 'Logoff', 99: 'Other' },
  },
  authorize_session: {
    uid: 3003,
    name: 'Authorize Session',
    ...IDENTITY,
    activities: { 1: 'Assign Privileges', 99: 'Other' },
  },
  entity_management: {
    uid: 3004,
    name: 'Entity Management',
    ...IDENTITY,
    activities: { 10: 'Activate', 11: 'Deactivate', 99: 'Other' },
  },
  network_activity: {
    uid: 4001,
    name: 'Network Activity',
    ...NETWORK,
    activities: { 1: 'Open', 5: 'Refuse', 99: 'Other' },
  },
  application_lifecycle: {
    uid: 6002,
    name: 'Application Lifecycle',
    ...APPLICATION,
    activities: { 3: 'Start', 4: 'Stop', 99: 'Other' },
  },
  api_activity: {
    uid: 6003,
    name: 'API Activity',
    ...APPLICATION,
    activities: { 1: 'Create', 2: 'Read', 3: 'Update', 4: 'Delete', 99: 'Other' },
  },
} as const satisfies Readonly<Record<string, OcsfClass>>;

export type OcsfClassName = keyof typeof OCSF_CLASSES;
