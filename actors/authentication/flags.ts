/** The flags of those who authenticate at a master, agents and frameworks, with Mesos' names. */
import { credentialFlag } from '../../proto/authorization/index.ts';
import { choice, duration, type FlagRule, type FlagValues } from '../../runtime/flags/index.ts';

/** Rows of a table. */
export const authenticateeFlags = {
  credential: credentialFlag(
    'Who to authenticate as at the master, {"principal": "a", "secret": "b"}: the absolute path of its file. Default: not at all',
  ),
  authenticatee: choice({
    values: ['crammd5'],
    default: 'crammd5',
    help: 'How to authenticate at the master',
  }),
  authentication_backoff_factor: duration({
    default: '1secs',
    min: '1ms',
    help: `The n-th attempt to authenticate may take a random time between authentication_timeout_min and that plus
      this * 2^n, at most authentication_timeout_max`,
  }),
  authentication_timeout_min: duration({
    default: '5secs',
    min: '1ms',
    help: 'The least time that an attempt to authenticate is given before the next one',
  }),
  authentication_timeout_max: duration({
    default: '1mins',
    min: '1ms',
    help: 'The longest time that an attempt to authenticate is given',
  }),
};

export type AuthenticateeFlags = Pick<
  FlagValues<typeof authenticateeFlags>,
  'authentication_backoff_factor' | 'authentication_timeout_min' | 'authentication_timeout_max'
>;

export const authenticateeRule: FlagRule<typeof authenticateeFlags> = ({
  authentication_timeout_min,
  authentication_timeout_max,
}) =>
  authentication_timeout_min > authentication_timeout_max
    ? '--authentication_timeout_min: expected at most --authentication_timeout_max'
    : undefined;
