# A way in that three people hold, two of whom open it; and nobody misses that it is open.
first board
administrator$ break-glass create vault --role officer --shares 3 --threshold 2 -o none
exit 4
says under a quorum
administrator$ quorum defaults --group board --threshold 2 --guard emergency
administrator$ break-glass create vault --role officer --shares 3 --threshold 2 -o none
exit 7
keep MADE request ([0-9a-f-]{36}) is approved
ann$ approval approve $MADE --approver-key ann.key --yes
ben$ approval approve $MADE --approver-key ben.key --yes
administrator$ break-glass create vault --role officer --shares 3 --threshold 2 -o shares
says any 2 open it
administrator$ break-glass status
says closed

# Nobody comes in as it by another door.
administrator$ token create emergency/vault --lifetime 1d --out eve.token
exit 4
says its shares alone open it
administrator$ principal update emergency/vault --role administrator
exit 4

# Wrong, foreign and too few shares are named; so is one given twice.
administrator$ break-glass open vault --share-file shares/share-1.txt --because fire -o e.token
exit 2
says 2 shares open it, and 1 were given
administrator$ break-glass open vault --share-file shares/share-1.txt --share-file shares/share-1.txt --because fire -o e.token
exit 2
says given already
shell$ sed 's/.$/0/; s/^\(clv-share-.\{9\}\)./\1Z/' shares/share-2.txt > wrong.txt
administrator$ break-glass open vault --share-file shares/share-1.txt --share-file wrong.txt --because fire -o e.token
exit 2
says typing mistake
administrator$ break-glass open vault --share-file shares/share-1.txt --share-file shares/share-2.txt -o e.token
exit 2
says say why

# Anybody who holds the shares opens it, by no other credential; everybody sees it.
nobody$ break-glass open vault --share-file shares/share-1.txt --share-file shares/share-3.txt --because fire-in-house-2 -o emergency.token
says OPEN
emergency$ whoami
says emergency/vault
auditor$ whoami
says `vault` is open until
developer$ whoami
says `vault` is open until
administrator$ break-glass status
says fire-in-house-2
emergency$ key create rescue --spec aes-256
emergency$ token list ann
exit 4
auditor$ audit list --action break-glass.open --outcome allowed
says break-glass.open
administrator$ break-glass create vault --role officer --shares 2 --threshold 2 -o again
exit 7
keep AGAIN request ([0-9a-f-]{36}) is approved
ann$ approval approve $AGAIN --approver-key ann.key --yes
cyd$ approval approve $AGAIN --approver-key cyd.key --yes
administrator$ break-glass create vault --role officer --shares 2 --threshold 2 -o again
exit 6
says close it first

# Closed, its token is worth nothing at once.
administrator$ break-glass close vault
says closed
emergency$ whoami
exit 4
auditor$ whoami --json
says "roles"

# Made anew, the shares before are stale.
administrator$ break-glass create vault --role officer --shares 2 --threshold 2 -o again
nobody$ break-glass open vault --share-file shares/share-1.txt --share-file shares/share-2.txt --because fire -o e.token
exit 2
says was replaced
