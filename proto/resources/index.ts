/** Resources: text, arithmetic, reservations, volumes, quantities, validation. */
export * from './attributes.ts';
export * from './conversions.ts';
export * from './error.ts';
export { formatEntry, formatKind } from './format.ts';
export type { Kind } from './kind.ts';
export { reservationsOf } from './kind.ts';
export * from './legacy.ts';
export * from './parse.ts';
export * from './ports.ts';
export * from './providers.ts';
export * from './quantities.ts';
export * from './reservations.ts';
export * from './resources.ts';
export * from './roles.ts';
export * from './validate.ts';
export * from './volumes.ts';
