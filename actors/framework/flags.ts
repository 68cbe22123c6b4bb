/** The flags of `--role=framework`. */
import { etcdSecurityFlags } from '../../runtime/etcd/flags.ts';
import { ETCD_EXPECTED, formatEtcdLocation, parseEtcdLocation } from '../../runtime/etcd/location.ts';
import * as flag from '../../runtime/flags/index.ts';
import { formatDuration, parseDuration } from '../../runtime/units/index.ts';
import { authenticateeFlags, authenticateeRule } from '../authentication/index.ts';
import { masterFlag } from '../detector/index.ts';
import { marathonFlags, marathonRule } from './marathon/flags.ts';

/** Rows of the table, to be joined with those of every role. */
export const frameworkFlags = {
  framework: flag.string({
    default: 'jobs',
    help: "What to run: 'jobs', the job processor; 'marathon', which keeps services up; or the path of a module that exports a framework",
    expected: "'jobs', 'marathon' or the path of a module",
  }),
  master: masterFlag(
    'Where the master is, or the etcd in which the masters of the cluster elect their leader',
  ),
  etcd: flag.text({
    expected: ETCD_EXPECTED,
    placeholder: 'http://HOST:PORT,…/PATH',
    parse: parseEtcdLocation,
    print: formatEtcdLocation,
    help: 'Of --framework=marathon: members of the etcd in which several of them elect their leader and keep their state, and the path below which it is. Default: one Marathon alone, its state in --work_dir',
  }),
  etcd_session_timeout: flag.duration({
    default: '10secs',
    min: '2secs',
    max: '10mins',
    help: 'How long a Marathon that is silent keeps the leadership; in whole seconds',
  }),
  ...etcdSecurityFlags,
  jobs: flag.path({
    help: 'The jobs to run, a JSON file: {"jobs":[{"cpus":0.5,"mem":100,"command":"echo hello"}]}',
  }),
  serve_jobs: flag.boolean({
    help: 'Let the job processor stay when its jobs are done, and take further ones by POST /jobs',
  }),
  fitness: flag.string({
    help: 'How hosts are chosen for tasks of jobs and services: cpu, mem, disk, cpu_mem, cpu_mem_disk pack, spread spreads; or a module with a rule of its own. Default: the first that fits',
  }),
  hold_offers: flag.duration({
    default: '0secs',
    max: '1hrs',
    help: 'How long the job processor keeps offers that it has no use for. Default: it declines them',
  }),
  work_dir: flag.path({
    help: 'Where the job processor writes down what it has done, so that it can be started again and goes on. Marathon always does; its default: work/marathon',
  }),
  name: flag.string({
    aliases: ['framework_name'],
    help: 'Name of the framework; it should say who runs what. Default: user and framework',
  }),
  user: flag.string({
    aliases: ['mesos_user'],
    help: 'User that tasks run as. Default: the one who starts the framework',
  }),
  roles: flag.list({ default: '*', help: 'Roles whose resources the framework asks for' }),
  principal: flag.string({ help: 'Principal of the framework. Default: that of --credential' }),
  ...authenticateeFlags,
  checkpoint: flag.boolean({
    default: true,
    help: 'Let agents write down tasks, so that these outlive a restart of the agent',
  }),
  failover_timeout: flag.text({
    expected: 'a duration such as 1weeks, or seconds',
    placeholder: 'DURATION|SECONDS',
    parse: (text) => (/^\d+$/.test(text) ? Number(text) * 1000 : parseDuration(text)),
    print: formatDuration,
    help: 'How long tasks go on while the framework is away. Default: 1weeks with --work_dir, else 1mins',
  }),
  unreachable_timeout: flag.duration({
    default: '10secs',
    help: 'How long the job processor waits for the agent of a task that is unreachable before it runs the job elsewhere',
  }),
  reconciliation_interval: flag.text({
    default: '10mins',
    expected: 'a duration of at least 1secs, or milliseconds',
    placeholder: 'DURATION|MS',
    parse: (text) => {
      const ms = /^\d+$/.test(text) ? Number(text) : parseDuration(text);
      if (ms < 1_000) throw new Error(`expected a duration of at least 1secs, got '${text}'`);
      return ms;
    },
    print: formatDuration,
    help: 'Pause between two questions after the state of all tasks',
  }),
  ...marathonFlags,
  framework_options: flag.json({
    help: 'A JSON object for the framework module',
    validate: (value): Readonly<Record<string, unknown>> => {
      if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
      throw new Error(`expected a JSON object, got ${JSON.stringify(value)}`);
    },
  }),
};

const jobsRule: flag.FlagRule<typeof frameworkFlags> = ({ framework, jobs, work_dir, serve_jobs }) =>
  framework === 'jobs' && jobs === undefined && work_dir === undefined && !serve_jobs
    ? '--jobs: expected with --framework=jobs, or a --work_dir with jobs of before, or --serve_jobs'
    : undefined;

const etcdRule: flag.FlagRule<typeof frameworkFlags> = ({ framework, etcd }) =>
  etcd !== undefined && framework !== 'marathon'
    ? `--etcd: only --framework=marathon keeps its state there, got --framework=${framework}`
    : undefined;

const principalRule: flag.FlagRule<typeof frameworkFlags> = ({
  principal,
  credential,
  mesos_authentication,
  mesos_authentication_principal,
}) => {
  const proved = credential?.principal ?? (mesos_authentication ? mesos_authentication_principal : undefined);
  return principal !== undefined && proved !== undefined && principal !== proved
    ? `--principal: expected the one to authenticate as, '${proved}', got '${principal}'`
    : undefined;
};

const marathonCredentialRule: flag.FlagRule<typeof frameworkFlags> = ({
  mesos_authentication,
  mesos_authentication_principal: principal,
  mesos_authentication_secret: secret,
  mesos_authentication_secret_file: file,
}) =>
  mesos_authentication && (principal === undefined || (secret ?? file) === undefined)
    ? '--mesos_authentication: needs --mesos_authentication_principal and --mesos_authentication_secret_file'
    : undefined;

/** Rules over several flags, for `defineFlags`. */
export const frameworkRules: flag.FlagRule<typeof frameworkFlags>[] = [
  jobsRule,
  marathonRule,
  etcdRule,
  authenticateeRule,
  principalRule,
  marathonCredentialRule,
];

export type FrameworkFlags = flag.FlagValues<typeof frameworkFlags>;
