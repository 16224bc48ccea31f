/* The role type that every org has. */
#ifndef CORE_DOMAIN_ACCESS_ROLE_TYPE_H
#define CORE_DOMAIN_ACCESS_ROLE_TYPE_H

/* The role type that CreateOrg defines, holding the permission `*`; it never changes. */
#define ROLE_TYPE_OWNER "owner"

#endif
