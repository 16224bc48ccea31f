/* What processes say that they are; raised with each release. */
#ifndef OPS_VERSION_H
#define OPS_VERSION_H

#define AGENCY_VERSION "0.4"

#endif
