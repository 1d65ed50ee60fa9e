/** Places of 3.0 to 3.2 that later releases do not have. All are host paths. */
export { ETC, FIREWALLD, HTTPD, PKI, STATE } from '../otopi/paths.ts';

export const SHARE = '/usr/share/ovirt-engine';
/** JBoss AS 7, on which most installations of 3.0 ran. */
export const AS7 = '/usr/share/jboss-as';
/** JBoss EAP 5, on which the first of them ran. */
export const EAP5 = '/usr/local/jboss/server/default';
