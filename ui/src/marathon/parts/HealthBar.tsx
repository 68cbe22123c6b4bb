/** How the instances are: a bar for the eye, the words for everybody. */
import { HEALTH_KINDS, type Health, healthText } from '../status.ts';

export function HealthBar({ health }: { readonly health: Health }) {
  return (
    <span class="health">
      <span class="bar" aria-hidden="true">
        {HEALTH_KINDS.filter((kind) => health[kind] > 0).map((kind) => (
          <span key={kind} class={kind} style={{ flexGrow: health[kind] }} />
        ))}
      </span>
      <span>{healthText(health)}</span>
    </span>
  );
}
