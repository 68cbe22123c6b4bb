// Messages of the house: types, enums, protobuf codec, Mesos' JSON mapping, RecordIO.
export * from './codec.ts';
export * from './enums.ts';
export * from './generated/types/index.ts';
export * from './json.ts';
export * from './recordio.ts';
