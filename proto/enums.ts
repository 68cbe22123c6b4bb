/** An enum of the generated types: value names and their numbers. */
export type EnumObject = Readonly<Record<string, number>>;

const nameTables = new WeakMap<EnumObject, ReadonlyMap<number, string>>();

/**
 * Name of an enum's number, as Mesos prints it in JSON and logs: `enumName(TaskState, 1)` is `TASK_RUNNING`.
 * Of aliases the first declared wins. A number that the enum does not know is printed as itself.
 */
export function enumName(values: EnumObject, value: number | undefined): string {
  if (value === undefined) return 'UNSET';
  let names = nameTables.get(values);
  if (names === undefined) {
    names = new Map(
      Object.entries(values)
        .reverse()
        .map(([name, number]) => [number, name]),
    );
    nameTables.set(values, names);
  }
  return names.get(value) ?? String(value);
}

/** Number of an enum's value by its name; undefined for a name it has not. */
export function enumNumber(values: EnumObject, name: string): number | undefined {
  return Object.hasOwn(values, name) ? values[name] : undefined;
}
