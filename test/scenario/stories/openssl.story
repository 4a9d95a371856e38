# Keys that OpenSSL makes and signs by, of both kinds; the keeper and the command line never see them.
shell$ openssl genpkey -algorithm ed25519 -out eve.pem
shell$ openssl pkey -in eve.pem -pubout -out eve.pub
shell$ openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out fay.pem
shell$ openssl pkey -in fay.pem -pubout -out fay.pub
administrator$ principal create eve --role approver
administrator$ principal create fay --role approver
administrator$ principal enroll eve --approver-key eve.pub
administrator$ principal enroll fay --approver-key fay.pub
administrator$ principal enroll fay --approver-key fay.pem
exit 2
administrator$ token create eve --lifetime 1d --out eve.token
administrator$ token create fay --lifetime 1d --out fay.token
administrator$ group create board --member eve --member fay
administrator$ quorum create destroying --action key.destroy --approvals 2 --group board
developer$ key create payments --spec aes-256
developer$ key destroy payments --now --yes
exit 7
keep REQUEST request ([0-9a-f-]{36}) is approved

eve$ approval statement $REQUEST -o eve.statement
shell$ openssl pkeyutl -sign -inkey eve.pem -rawin -in eve.statement -out eve.sig
shell$ openssl pkey -in eve.pem -pubout -outform DER | sha256sum
keep EVE ([0-9a-f]{64})
fay$ approval statement $REQUEST -o fay.statement
shell$ openssl dgst -sha256 -sign fay.pem -out fay.sig fay.statement
shell$ openssl pkey -in fay.pem -pubout -outform DER | sha256sum
keep FAY ([0-9a-f]{64})

# A statement names its approver: nobody sends another's signature.
eve$ approval approve $REQUEST --signature-file fay.sig --approver-key-id $FAY --yes
exit 8
eve$ approval approve $REQUEST --signature-file eve.sig --approver-key-id $EVE --yes
says status +pending
fay$ approval approve $REQUEST --signature-file fay.sig --approver-key-id $FAY --yes
says status +approved
developer$ approval execute $REQUEST
developer$ key get payments
says destroyed
