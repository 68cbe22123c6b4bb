/** What two versions of an app differ in. */
import { Problem } from '../../parts/bits.tsx';
import { useLoaded } from '../../use.ts';
import { definitionOf } from '../store.ts';
import { Diff } from './Diff.tsx';

interface DifferenceProps {
  readonly id: string;
  readonly before: string;
  readonly after: string;
}

export function Difference({ id, before, after }: DifferenceProps) {
  const { value, problem } = useLoaded(
    () => Promise.all([definitionOf(id, before), definitionOf(id, after)]),
    [id, before, after],
  );
  if (value === undefined) return <Problem text={problem} />;
  return <Diff label="What differs" before={value[0]} after={value[1]} />;
}
