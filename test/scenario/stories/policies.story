# A policy is checked, compared and tested before it counts; afterwards it is asked why, and what it was.
first board
developer$ key create payments --spec aes-256
shell$ echo 'forbid(principal, action == Action::"key.destroy", resource is Key' > freeze.cedar
administrator$ policy check freeze.cedar
exit 2
says error: .*unexpected end of input
shell$ echo 'forbid(principal, action == Action::"key.destroy", resource is Key);' > freeze.cedar
administrator$ policy check freeze.cedar
says accepted
administrator$ policy diff freeze freeze.cedar
says developer +key.destroy +payments +allowed -> denied +freeze
shell$ echo '[{"principal":"developer","action":"key.destroy","target":"payments","expect":"denied"}]' > expected.json
administrator$ policy test expected.json
exit 8
says 0 of 1 expectations are met
administrator$ policy test expected.json --with freeze=freeze.cedar
says 1 of 1 expectations are met
administrator$ policy put freeze freeze.cedar
administrator$ policy explain --action key.destroy --on payments --principal developer
says decided by +freeze
developer$ key destroy payments --window 7
exit 4
administrator$ policy history freeze
says 1 .* administrator +forbid

# Nobody shuts everybody out.
shell$ echo 'forbid(principal, action, resource);' > shut.cedar
administrator$ policy put shut shut.cedar
exit 6
says nobody could put policies
administrator$ principal update administrator --disable
exit 6
says nobody could put policies
administrator$ policy delete freeze
developer$ key destroy payments --window 7
