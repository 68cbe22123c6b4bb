/** Who leads: where agents, drivers and standby masters learn the address of the leading master from. */
export { type Candidate, candidateOf, candidateValue, ELECTION } from './candidate.ts';
export { detectorFor, type Leader, type MasterDetector, standaloneDetector } from './detector.ts';
export { EtcdDetector, type EtcdDetectorOptions, type Line } from './etcdDetector.ts';
export { formatMasterLocation, type MasterLocation, masterFlag, parseMasterLocation } from './location.ts';
