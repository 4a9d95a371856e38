# A tenant puts its keys under a passphrase of its own, and is bounded and destroyed by those who run the keeper.
administrator$ tenant create ours -o ours.token
ours$ principal create dev --role officer --role user
ours$ token create dev --lifetime 1d --out dev.token
dev$ key create payments --spec aes-256
shell$ printf 'seven houses by the river' > one.txt; printf 'eight houses on the mountain' > two.txt
ours$ tenant protect --new-passphrase-file one.txt
says protected by its own passphrase, and open
ours$ tenant seal
says sealed
dev$ key get payments
exit 3
says tenant is sealed by its own people
says claviger tenant unseal
developer$ key list
administrator$ tenant show ours
says own seal +sealed
# Nobody but its administrators, and they by the passphrase alone.
dev$ tenant unseal --passphrase-file one.txt
exit 4
ours$ tenant unseal --passphrase-file two.txt
exit 8
ours$ tenant unseal --passphrase-file one.txt
says unsealed
dev$ key get payments
ours$ tenant protect --new-passphrase-file two.txt
exit 6
says present passphrase
ours$ tenant protect --change --passphrase-file one.txt --new-passphrase-file two.txt
ours$ tenant seal
ours$ tenant unseal --passphrase-file one.txt
exit 8
ours$ tenant unseal --passphrase-file two.txt
administrator$ tenant quota ours --keys 1
dev$ key create another --spec aes-256
exit 6
says may have 1 keys
ours$ tenant usage
says keys +1 +1
administrator$ tenant usage ours
says keys +1 +1
ours$ tenant usage default
exit 4
administrator$ tenant shred ours --confirm ours
exit 6
says suspend the tenant first
administrator$ tenant suspend ours
administrator$ tenant shred ours --confirm other
exit 2
administrator$ tenant shred ours --confirm ours
says shredded
ours$ whoami
exit 4
administrator$ tenant create ours
exit 6
