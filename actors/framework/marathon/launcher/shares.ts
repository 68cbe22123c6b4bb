/** What was taken of an offer for one instance, handed out to its parts: containers, and the executor. */
import type { Resource } from '../../../../proto/index.ts';
import { fromMilli, toMilli } from '../../../../proto/resources/values.ts';

export class Shares {
  readonly #parts: { readonly resource: Resource; leftMilli: number }[];
  readonly #others: readonly Resource[];

  constructor(resources: readonly Resource[]) {
    this.#parts = resources
      .filter(({ scalar, disk }) => scalar !== undefined && disk === undefined)
      .map((resource) => ({ resource, leftMilli: toMilli(resource.scalar?.value ?? 0) }));
    this.#others = resources.filter(({ scalar, disk }) => scalar === undefined || disk !== undefined);
  }

  /** @param amounts by name of the resource */
  take(amounts: Readonly<Record<string, number>>, ports: readonly number[] = []): Resource[] {
    const taken: Resource[] = [];
    for (const [name, amount] of Object.entries(amounts)) {
      let missing = toMilli(amount);
      for (const part of this.#parts.filter(({ resource }) => resource.name === name)) {
        const milli = Math.min(missing, part.leftMilli);
        if (milli === 0) continue;
        part.leftMilli -= milli;
        missing -= milli;
        taken.push({ ...part.resource, scalar: { value: fromMilli(milli) } });
      }
    }
    for (const port of ports) {
      const holder = this.#others.find(
        ({ name, ranges }) =>
          name === 'ports' && ranges?.range?.some(({ begin, end }) => begin <= port && port <= end),
      );
      if (holder !== undefined) taken.push({ ...holder, ranges: { range: [{ begin: port, end: port }] } });
    }
    return taken;
  }

  /** All that was not taken, ports and volumes too. */
  rest(): Resource[] {
    const left = this.#parts.filter(({ leftMilli }) => leftMilli > 0);
    return [
      ...left.map(({ resource, leftMilli }) => ({ ...resource, scalar: { value: fromMilli(leftMilli) } })),
      ...this.#others,
    ];
  }
}
