/** The release of Apache Mesos whose protocol we speak: what masters and agents say of themselves on the wire. */
export const MESOS_VERSION = '1.12.0';
