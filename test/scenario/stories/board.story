# Three people with keys of their own, and a board of them.
ann$ approval keygen ann.key
ben$ approval keygen ben.key
cyd$ approval keygen cyd.key
administrator$ principal create ann --role approver
administrator$ principal create ben --role approver
administrator$ principal create cyd --role approver
administrator$ principal enroll ann --approver-key ann.key.pub
administrator$ principal enroll ben --approver-key ben.key.pub
administrator$ principal enroll cyd --approver-key cyd.key.pub
administrator$ token create ann --lifetime 1d --out ann.token
administrator$ token create ben --lifetime 1d --out ben.token
administrator$ token create cyd --lifetime 1d --out cyd.token
administrator$ group create board --member ann=red --member ben=red --member cyd=blue
