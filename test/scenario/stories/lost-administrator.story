# The only administrator is gone. The board makes another one, and no one of the board can alone.
first board
administrator$ quorum create succession --action principal.create --action principal.update --action token.create --action policy.put --action policy.delete --approvals 2 --group board
shell$ echo 'permit(principal in Role::"approver", action in [Action::"principal.create", Action::"principal.update", Action::"token.create"], resource);' > succession.cedar
administrator$ policy put succession succession.cedar
exit 7
keep POLICY request ([0-9a-f-]{36}) is approved
ann$ approval approve $POLICY --approver-key ann.key --yes
ben$ approval approve $POLICY --approver-key ben.key --yes
administrator$ approval execute $POLICY
shell$ rm .claviger/administrator.token

ann$ principal create dora --role administrator
exit 7
keep DORA request ([0-9a-f-]{36}) is approved
ann$ approval approve $DORA --approver-key ann.key --yes
exit 4
ben$ approval approve $DORA --approver-key ben.key --yes
cyd$ approval approve $DORA --approver-key cyd.key --yes
ann$ approval execute $DORA

# Her token is answered to the call itself, and to nobody else.
ann$ token create dora --lifetime 1d --out dora.token
exit 7
keep TOKEN request ([0-9a-f-]{36}) is approved
ben$ approval approve $TOKEN --approver-key ben.key --yes
cyd$ approval approve $TOKEN --approver-key cyd.key --yes
ann$ approval execute $TOKEN
exit 1
says repeat the call itself
ann$ token create dora --lifetime 1d --out dora.token

dora$ principal list
says dora +enabled

# The one who is gone is shut out at once, without waiting; but not let in again.
dora$ principal update administrator --role operator
exit 7
