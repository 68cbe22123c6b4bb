// Mesos' JSON mapping of protobuf messages, and JSON text with its doubles.
export { fromJson, fromJsonText, JSON_DEPTH_MAX, JsonMappingError } from './json/read.ts';
export {
  Double,
  doubleText,
  jsonPieces,
  jsonText,
  LaterJson,
  ListJson,
  RawJson,
  SlowJson,
  WrittenJson,
} from './json/text.ts';
export { toJson, toJsonText } from './json/write.ts';
