# A backup to an identity that lies elsewhere, checked and brought back without the keeper.
shell$ age-keygen -o me.age
shell$ age-keygen -y me.age
keep RECIPIENT (age1[a-z0-9]+)
shell$ cp .claviger/log.vkey elsewhere.vkey
developer$ key create payments --spec aes-256
developer$ key create old --spec aes-256
administrator$ backup create --recipient $RECIPIENT -o monday.backup
says written
developer$ backup create --recipient $RECIPIENT -o mine.backup
exit 4
administrator$ backup create --recipient $RECIPIENT -o monday.backup
exit 6
administrator$ backup create --recipient age1nobody -o other.backup
exit 2
says no recipient of age
shell$ test ! -e mine.backup && test ! -e other.backup
anybody$ backup verify monday.backup --identity me.age --key elsewhere.vkey
says verified
keep MANIFEST manifest +([0-9a-f]{64})
auditor$ audit list --action backup.create --json
says "manifest": "$MANIFEST"
says "phase": "begin"

# Cut off, changed, and for somebody else.
shell$ head -c 30000 monday.backup > cut.backup
anybody$ backup verify cut.backup --identity me.age --key elsewhere.vkey
exit 8
says changed or cut off
shell$ cp monday.backup changed.backup && printf xyzzy | dd of=changed.backup bs=1 seek=20000 conv=notrunc
anybody$ backup verify changed.backup --identity me.age --key elsewhere.vkey
exit 8
shell$ age-keygen -o other.age
anybody$ backup verify monday.backup --identity other.age --key elsewhere.vkey
exit 8
says other recipients
shell$ echo 'sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8' > foreign.vkey
anybody$ backup verify monday.backup --identity me.age --key foreign.vkey
exit 8
says another keeper

# Brought back: whole or not at all, and not over anything.
anybody$ backup restore cut.backup --into again --identity me.age --key elsewhere.vkey
exit 8
shell$ test ! -e again/data
anybody$ backup restore monday.backup --into again --identity me.age --key elsewhere.vkey
says restored
anybody$ audit verify --log again/data/log --key elsewhere.vkey
says verified
anybody$ backup restore monday.backup --into again --identity me.age --key elsewhere.vkey
exit 6
says not empty
anybody$ backup restore monday.backup --into .claviger --identity me.age --key elsewhere.vkey
exit 6
says a keeper runs

# A key is destroyed afterwards: the backup is older now, and its tombstone goes along.
developer$ key destroy old --now --yes
administrator$ backup tombstones -o today.tombstones
auditor$ audit checkpoint -o today.checkpoint
anybody$ backup restore monday.backup --into older --identity me.age --key elsewhere.vkey
exit 6
says --accept-older
shell$ mkdir -p kept && mv today.checkpoint kept/
anybody$ backup restore monday.backup --into older --identity me.age --key elsewhere.vkey --checkpoint kept/today.checkpoint
exit 6
says --accept-older
anybody$ backup restore monday.backup --into older --identity me.age --key elsewhere.vkey --checkpoint kept/today.checkpoint --accept-older --tombstones today.tombstones
says restored
shell$ grep -c key-version older/data/restored.json
