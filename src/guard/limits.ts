/** Largest hook event in bytes. The client sends whole files that the agent writes; the hook clients hold the same bound. */
export const MAX_EVENT_BYTES = 8 * 1024 * 1024;
/** Deepest nesting of objects and lists in an event. Tools' inputs have a handful of levels. */
export const MAX_EVENT_DEPTH = 64;
/** Most keys in all objects of an event together, so that the look for repeated keys stays cheap. */
export const MAX_EVENT_KEYS = 200_000;
/** Most values in an event: members, elements and what they hold. */
export const MAX_EVENT_VALUES = 500_000;
/** Bytes that a value takes at least once it is parsed (84 measured, for empty lists): an event counts as these where they are more than its own. */
export const VALUE_BYTES = 96;
/** Bytes of events that are being read or decided at one time. Beyond that calls are refused at once. */
export const MAX_BYTES_IN_FLIGHT = 64 * 1024 * 1024;
/** Connections at one time; each call of a tool opens one. Beyond that they are closed, and the hook clients refuse. */
export const MAX_CONNECTIONS = 512;
/** Milliseconds from a whole event to its answer. Below the 5 s of the hook clients, so that the answer says why. */
export const DECIDE_TIMEOUT_MS = 3_000;
/** Milliseconds in which a hook client must have sent its whole event; it gives up itself after 5 s. */
export const RECEIVE_TIMEOUT_MS = 8_000;
/** Milliseconds between two looks for connections that are over {@link RECEIVE_TIMEOUT_MS}. */
export const RECEIVE_CHECK_MS = 1_000;
/** Milliseconds that answers under way are waited for when the guard closes. */
export const CLOSE_GRACE_MS = 1_000;
/** Longest answer in bytes, frame included. The hook clients refuse more than 1 MiB with the head. */
export const MAX_ANSWER_BYTES = 1024 * 1024 - 4_096;
/** Longest reason in UTF-16 code units. It is read by a model and a person. */
export const MAX_REASON_LENGTH = 2_000;
/** Longest text in UTF-16 code units that a record takes over from an event, such as a path. */
export const MAX_RECORDED_LENGTH = 1_024;
