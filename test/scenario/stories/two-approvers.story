# Two approvers and a destruction: nobody does it alone, and it is done once.
first board
administrator$ quorum create destroying --action key.destroy --label critical=yes --approvals 2 --group board
developer$ key create payments --spec aes-256 --label critical=yes

developer$ key destroy payments --window 7 --because told
exit 7
keep REQUEST request ([0-9a-f-]{36}) is approved
says claviger approval approve

# Asked again, it is the same request.
developer$ key destroy payments --window 7 --because told
exit 7
says $REQUEST

# Early, by another, or by the requester: nothing happens.
developer$ approval execute $REQUEST
exit 7
developer$ approval approve $REQUEST --approver-key ann.key --yes
exit 4
ann$ approval approve $REQUEST --approver-key ben.key --yes
exit 8

ann$ approval list
says $REQUEST +pending +key.destroy +payments +developer
ann$ approval show $REQUEST
says "windowDays": 7
says reason +told
ann$ approval approve $REQUEST --approver-key ann.key --yes
says status +pending
ann$ approval approve $REQUEST --approver-key ann.key --yes
exit 6
cyd$ approval approve $REQUEST --approver-key cyd.key --yes
says status +approved
cyd$ approval execute $REQUEST
exit 4
developer$ approval execute $REQUEST
says executed
developer$ key get payments
says destroy
developer$ approval execute $REQUEST
exit 6
auditor$ audit list --action key.destroy --outcome allowed --json
says "approvers": \[\s*"ann",\s*"cyd"\s*\]

# The guard is not lifted by one person.
administrator$ quorum delete destroying
exit 7
administrator$ group update board --member ann
exit 7
administrator$ principal enroll ann --approver-key cyd.key.pub
exit 7
developer$ key create ledger --spec aes-256 --label critical=yes
developer$ key update ledger --no-labels
exit 7
