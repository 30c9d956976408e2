export { RISK_FACTS, commandRisks, risksOf } from './command-risks.ts';
export type { RiskReading } from './command-risks.ts';
export { RISK_CLASSES } from '../../core/risk-class.ts';
export type { RiskClass } from '../../core/risk-class.ts';
export type { CommandRisk } from './risk.ts';
export type { RiskPlace } from './risk-view.ts';
