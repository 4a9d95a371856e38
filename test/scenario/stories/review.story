# Who may do what is written down with its proof, and holds against the log's key alone.
first board
administrator$ quorum defaults --group board --threshold 2 --guard destruction --guard export
says default/destruction
administrator$ quorum defaults --group board --threshold 2 --guard export
exit 6
administrator$ duties report
says discouraged-roles +principal developer
says unguarded +tenant critical
auditor$ review create -o review.json --page review.md
shell$ grep '| developer | person | officer user |' review.md
shell$ grep 'default/destruction' review.md
shell$ cp .claviger/log.vkey elsewhere.vkey
auditor$ review verify review.json --key elsewhere.vkey
says the log tells of this very review
says violations +0

# A word in it is changed; the receipt of another entry; no review at all.
shell$ sed 's/"name": "developer"/"name": "nobody"/' review.json > changed.json
auditor$ review verify changed.json --key elsewhere.vkey
exit 8
says it was changed
auditor$ audit receipt 0 -o zero.receipt
shell$ node -e 'const f = require("fs"); const r = JSON.parse(f.readFileSync("review.json", "utf8")); r.receipt = f.readFileSync("zero.receipt", "utf8"); f.writeFileSync("other.json", JSON.stringify(r))'
auditor$ review verify other.json --key elsewhere.vkey
exit 8
says tells of no review
auditor$ review verify review.md --key elsewhere.vkey
exit 2
says no access review

# The keys of another log.
shell$ echo 'sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8' > foreign.vkey
auditor$ review verify review.json --key foreign.vkey --origin claviger.local/log
exit 8

# Administrators do not review themselves.
administrator$ review create -o own.json
exit 4
