/* Tells the service manager how the process is (sd_notify(3)); without one it says nothing. */
#ifndef OPS_DAEMON_NOTIFY_H
#define OPS_DAEMON_NOTIFY_H

/* `state`: lines such as "READY=1" and "STOPPING=1". What cannot be told is lost. */
void notify(const char *state);

#endif
