import type { Sha256 } from '../../core/ids.ts';
import type { JsonObject } from '../../core/json.ts';
import { propertyList } from './property-list.ts';

/** What a configuration profile of one preference domain is made of. */
export interface ProfileParts {
  /** The preference domain of the program. */
  readonly domain: string;
  /** Name of the program, for people. */
  readonly program: string;
  readonly policyName: string;
  /** Last part of the profile's own name, unique among the profiles of a policy. */
  readonly identifier: string;
  readonly settings: JsonObject;
  /** Words that tell the two ids of this profile from those of every other. */
  readonly uuidSeeds: { readonly settings: string; readonly profile: string };
  readonly sha256: (text: string) => Sha256;
}

/**
 * A configuration profile of macOS as a property list. The same parts give the same ids, so that a profile replaces the one of before.
 *
 * @throws {TypeError} as {@link propertyList} does.
 */
export function configurationProfile(parts: ProfileParts): string {
  const { domain, program, policyName, identifier, settings, uuidSeeds, sha256 } = parts;
  return propertyList({
    PayloadContent: [
      {
        ...settings,
        PayloadDisplayName: `${program}: ${policyName}`,
        PayloadIdentifier: `${domain}.${policyName}`,
        PayloadType: domain,
        PayloadUUID: uuidOf(sha256(uuidSeeds.settings)),
        PayloadVersion: 1,
      },
    ],
    PayloadDisplayName: `Sallyport policy: ${policyName}`,
    PayloadIdentifier: `sallyport.${identifier}`,
    // Without it the person at the keyboard takes the profile off.
    PayloadRemovalDisallowed: true,
    PayloadScope: 'System',
    PayloadType: 'Configuration',
    PayloadUUID: uuidOf(sha256(uuidSeeds.profile)),
    PayloadVersion: 1,
  });
}

/** A UUID of version 8 (RFC 9562). */
function uuidOf(hash: Sha256): string {
  const hex = `${hash.slice(0, 12)}8${hash.slice(13, 16)}a${hash.slice(17, 32)}`;
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5').toUpperCase();
}
