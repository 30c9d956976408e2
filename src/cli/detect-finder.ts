import type { EvaluatedArea, Hit, LabelledRow, ScanScene } from '../detect/index.ts';

/** Looks for what an area looks for, in one row. */
export type Finder = (row: LabelledRow, bytes: Uint8Array, scene: ScanScene) => readonly Hit[];

/** Where commands of labelled data run. */
const PLACE = { workspace: '/workspace', homeDir: '/home/dev' };

/** All detectors of an area. The room is loaded here and not with the command line: its word lists are large. */
export async function areaFinder(area: EvaluatedArea): Promise<Finder> {
  const { INJECTION_DETECTORS, PII_DETECTORS, SECRET_DETECTORS, commandRisks, scanner } =
    await import('../detect/index.ts');
  if (area === 'commands')
    return ({ text }) =>
      commandRisks(text, PLACE)
        .risks.filter(({ risk }) => risk !== 'recon')
        .map(({ id, span }) => ({ id, startUtf16: span.start, endUtf16: span.end }));
  const detectors = { secrets: SECRET_DETECTORS, pii: PII_DETECTORS, injection: INJECTION_DETECTORS };
  const areaScanner = scanner(detectors[area]);
  return (_, bytes, scene) =>
    areaScanner.scan(bytes, scene).map(({ detectorId, ...place }) => ({ ...place, id: detectorId }));
}
