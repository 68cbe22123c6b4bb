/** A button that changes something in Marathon. What a deployment holds can be forced, after asking. */
import type { ComponentChildren } from 'preact';
import { t } from '../../language.ts';
import { Action } from '../../parts/Action.tsx';
import { ask, isLocked, type Method, shellLine, wordsOf } from '../api.ts';

interface WriteProps {
  readonly label: string;
  readonly question: string;
  readonly method: Method;
  /** Below `/v2`. */
  readonly path: string;
  readonly body?: unknown;
  readonly dangerous?: boolean;
  readonly confirmWord?: string | undefined;
  readonly children?: ComponentChildren;
  done?(): void;
}

export function Write(props: WriteProps) {
  const { label, question, method, path, body, dangerous = false, confirmWord, children, done } = props;
  return (
    <Action
      label={label}
      question={question}
      shell={shellLine(method, path, body)}
      dangerous={dangerous}
      {...(confirmWord !== undefined && { confirmWord })}
      mayForce={(error) => isLocked(error instanceof Error ? error.cause : error)}
      perform={async (force) => {
        try {
          await ask(method, force ? `${path}${path.includes('?') ? '&' : '?'}force=true` : path, body);
        } catch (error) {
          throw new Error(isLocked(error) ? t(LOCKED) : wordsOf(error), { cause: error });
        }
        done?.();
      }}
    >
      {children}
    </Action>
  );
}

const LOCKED =
  'Another deployment is changing this at the moment. Wait until it is over, or force: that deployment is stopped, and this is done.';
