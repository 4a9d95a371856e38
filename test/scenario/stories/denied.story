# A request that is denied is over, even with its quorum; the next one is another.
first board
administrator$ quorum create destroying --action key.destroy --approvals 2 --group board --reason-needed
developer$ key create payments --spec aes-256
developer$ key destroy payments --window 7
exit 2
says asks for a reason
developer$ key destroy payments --window 7 --reason unused
exit 7
keep FIRST request ([0-9a-f-]{36}) is approved
ann$ approval approve $FIRST --approver-key ann.key --yes
ben$ approval approve $FIRST --approver-key ben.key --yes
says approved
cyd$ approval deny $FIRST
says status +denied
developer$ approval execute $FIRST
exit 6
says denied
developer$ key get payments
says active
developer$ key destroy payments --window 7 --reason unused
exit 7
keep SECOND request ([0-9a-f-]{36}) is approved
ann$ approval cancel $SECOND
exit 4
developer$ approval cancel $SECOND
ann$ approval approve $SECOND --approver-key ann.key --yes
exit 6
ann$ approval list
says nothing waits
