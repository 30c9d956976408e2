/** Days for which a local authority is made where nobody says another number. */
export const DEFAULT_AUTHORITY_DAYS = 365;

/** The longest that some systems take for what a person has added to their store. */
export const MAX_AUTHORITY_DAYS = 825;
