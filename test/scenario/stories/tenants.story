# Two houses in one keeper: the same names, and nothing in common.
administrator$ tenant create acme --out acme.token
says its token is in acme.token
acme$ whoami
says administrator
acme$ principal create dev --role officer --role user
acme$ token create dev --lifetime 1d --out dev.token
dev$ key create payments --spec aes-256
developer$ key create payments --spec aes-256
keep OURS ([0-9a-f-]{36})
dev$ key get $OURS
exit 5
says no key
acme$ principal create boss --role operator
exit 2
says first tenant
acme$ tenant list
exit 4
administrator$ tenant list
says acme +active
administrator$ tenant suspend acme
says suspended
dev$ key list
exit 4
developer$ key list
says payments
administrator$ tenant resume acme
dev$ key list
says payments
