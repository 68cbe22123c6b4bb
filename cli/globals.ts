/** Options that every command has. */
import type { Options, Values } from './command.ts';

export const globalOptions = {
  master: {
    kind: 'text',
    value: 'PLACE',
    help: 'HOST:PORT of any master, or etcd://HOST:PORT,…/PATH for the one that leads; default: MESOSTATE_MASTER, the config file, 127.0.0.1:5050',
  },
  credential: {
    kind: 'text',
    value: 'FILE',
    help: 'Who asks: a file with `principal secret`, or {"principal": …, "secret": …}; default: MESOSTATE_CREDENTIAL, the config file',
  },
  ca: {
    kind: 'text',
    value: 'FILE',
    help: "Certificates (PEM) that the cluster's may be signed by; with an https address; default: MESOSTATE_CA, the config file",
  },
  config: {
    kind: 'text',
    value: 'FILE',
    help: 'The config file, JSON with master, credential, ca, etcd_ca_file …; default: MESOSTATE_CONFIG, ~/.config/mesostate/config.json',
  },
  json: { kind: 'flag', help: 'Print JSON for programs instead of tables for people' },
  color: { kind: 'text', value: 'WHEN', help: 'auto (the default: only on a terminal), always or never' },
  help: { kind: 'flag', short: 'h', help: 'Explain the command' },
} as const satisfies Options;

export type GlobalValues = Values<typeof globalOptions>;
