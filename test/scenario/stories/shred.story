# A tenant is destroyed by several people or not at all.
first board
administrator$ tenant create acme -o acme.token
acme$ whoami
administrator$ quorum defaults --group board --threshold 2 --guard destruction
administrator$ tenant suspend acme
administrator$ tenant shred acme --confirm acme --because over
exit 7
keep REQUEST request ([0-9a-f-]{36}) is approved
ann$ approval show $REQUEST
says tenant.shred
says "confirm": "acme"
ann$ approval approve $REQUEST --approver-key ann.key --yes
administrator$ tenant shred acme --confirm acme --because over
exit 7
administrator$ tenant show acme
says state +suspended
cyd$ approval approve $REQUEST --approver-key cyd.key --yes
says status +approved
administrator$ approval execute $REQUEST
says executed
administrator$ tenant show acme
says state +shredded
says shredded +20
administrator$ tenant create acme
exit 6
says there was a tenant
