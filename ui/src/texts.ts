/** Texts by what they are in English, with values in their places. */

/**
 * What the table lacks stays as it is: names that people gave, some of which every object of JavaScript has as well.
 * @param values take the places of `{name}`
 */
export function textFrom(
  table: Readonly<Record<string, string>>,
  text: string,
  values: Readonly<Record<string, string | number>>,
): string {
  const found = Object.hasOwn(table, text) ? (table[text] ?? text) : text;
  return found.replaceAll(/\{(\w+)\}/g, (whole, name: string) =>
    Object.hasOwn(values, name) ? String(values[name]) : whole,
  );
}
