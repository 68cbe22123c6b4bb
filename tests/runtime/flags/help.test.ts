import test from 'ava';
import * as flags from '../../../runtime/flags/index.ts';

const table = flags.defineFlags({
  work_dir: flags.path({ required: true, help: 'Where everything durable is kept' }),
  port: flags.port({ default: 5050, help: 'Port to listen on; 0 lets the system choose.' }),
  quiet: flags.boolean({ help: 'Log nothing to stderr' }),
  hostname_lookup: flags.boolean({ default: true, help: 'Whether to look the host name up' }),
  secret: flags.string({ secret: true, default: 'hush', help: 'A secret' }),
  agent_ping_timeout: flags.duration({
    default: '60secs',
    min: '1secs',
    max: '15mins',
    aliases: ['slave_ping_timeout'],
    help: 'How long the master waits for the answer to a ping before it counts the ping as missed',
  }),
  max_unreachable_tasks_per_framework: flags.integer({ default: 1000, help: 'How many to remember' }),
});

const text = flags.helpText(table, { role: 'master', synopsis: 'mesostate --role=master [flags]' });

test('help is laid out in two columns', (t) => {
  t.is(
    text,
    `Usage: mesostate --role=master [flags]

Flags of master. A flag not given on the command line is taken from the environment
(the variable in brackets); a value file://PATH is read from that file.

  --agent_ping_timeout=DURATION  How long the master waits for the answer to a ping before it counts
                                 the ping as missed. A duration 1secs…15mins. Default: 1mins.
                                 [MESOS_AGENT_PING_TIMEOUT] Formerly --slave_ping_timeout.
  --no-hostname_lookup           Whether to look the host name up. Default: true.
                                 [MESOS_HOSTNAME_LOOKUP]
  --max_unreachable_tasks_per_framework=NUMBER
                                 How many to remember. Default: 1000.
                                 [MESOS_MAX_UNREACHABLE_TASKS_PER_FRAMEWORK]
  --port=PORT                    Port to listen on; 0 lets the system choose. A port number 0…65535.
                                 Default: 5050. [MESOS_PORT]
  --[no-]quiet                   Log nothing to stderr. Default: false. [MESOS_QUIET]
  --secret=TEXT                  A secret. [MESOS_SECRET]
  --work_dir=PATH                Where everything durable is kept. Required. [MESOS_WORK_DIR]
`,
  );
});

test('no line of help is wider than a terminal of 100 columns', (t) => {
  t.true(text.split('\n').every((line) => line.length <= 100));
});
