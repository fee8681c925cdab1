"""Makes ptb.json: raw sentences and the words that coco-caption takes from them.

    python -m venv venv && venv/bin/pip install pycocoevalcap==1.2
    venv/bin/python make_ptb.py > ptb.json        (needs java)

The words are those of Stanford CoreNLP 3.4.1's PTBTokenizer, called as coco-caption calls it, less
coco-caption's punctuation. Each sentence is followed by a line of its own, so that none is the
other's context. All sentences were made up for this purpose.
"""

import json
import os
import subprocess
import sys
import tempfile

import pycocoevalcap.tokenizer.ptbtokenizer as ptb

CAPTIONS = """\
A man in a blue shirt is standing on a ladder cleaning a window .
A black dog and a spotted dog are fighting
Two little girls , one in pink and one in white , are sitting on the grass .
A child in a pink dress is climbing up a set of stairs in an entry way .
The man with pierced ears is wearing glasses and an orange hat .
Several people are standing by a "Stop" sign.
A man's dog doesn't want to leave the boys' room.
A t-shirt-wearing skateboarder does a 180-degree turn in mid-air .
The kids' toys aren't in the box, they're on the floor!
A woman holding an umbrella; it's raining .
Is this dog chasing a ball? It cannot catch it...
People wait for the No. 5 bus at 3:30 p.m. in St. Louis.
A large Boeing 747-400 is parked at gate 12A.
A clock reading 10:25 on the side of a two-story brick building.
A giraffe, two zebras & an ostrich near the fence.
A close-up of a half-eaten sandwich with french fries on a plate.
an old-fashioned black-and-white photo of a steam train
a man on a surfboard riding a wave in the ocean
There's a cat sleeping on top of the TV (it's a black one).
A bathroom with a toilet, sink,and a shower .
A pizza with cheese,tomatoes and olives on a pan.
A man riding a wave on top of a surfboard.A dog watches.
A red double-decker bus driving down the street at 5 o'clock
Children playing tug-o-war , and others play on the merry-go-round
The football player ( number 22 ) catches the ball .
A boy wearing a "Spider-Man" T-shirt jumps over the sprinkler
A group of people - all wearing helmets - pose for a picture .
A blonde woman in a Coca-Cola T-shirt holds a sign that reads "FREE HUGS!!!"
The R.V. is parked next to the D.C. monument .
A dog leaps 3 ft. in the air, i.e. very high.
A guy's riding his bike on the 1st street of Washington, D.C.
Three men, e.g. workers, stand around a 20' ladder.
A girl who's 5'6" tall stands next to a 6-foot-tall boy.
A sign says the café costs $5.50, £4.20 or €5 a cup.
A 50% off sign hangs in the window of Smith & Sons, Inc.
Mr. and Mrs. O'Brien pose with Dr. Jones at the Rock 'n' Roll Hall of Fame.
A herd of cows are grazing in the field , eating grass .
Y'all gonna see ol' man river, ain't ya?
A white dog is about to catch a yellow dog toy .
Man in t-shirt and jeans sits on curb listening to iPod.
A GIRL IN A RED DRESS WITH A "HELLO KITTY" PURSE
The person\u2019s hands can\u2019t be seen \u2013 only the \u201cshadow\u201d is.
Two dogs playing together on a beach \u2026 and a third one watches
A brown horse [with rider] jumps {or tries to jump} over <unk> bars
A man takes a photo and posts it @beach #sunset :-)
A poster with www.example.com and info@example.org on it
A laptop displaying http://www.example.com/photos?id=12&size=large on a desk.
A motorcycle made in the 1950s, maybe '52 or '57.
A baseball player from the A's swings at a 90-mph pitch
A football player in red and white is holding both hands up
One person is in the air and/or jumping w/ skis
A plate of food including 1/2 of an egg, 2 1/2 pancakes and 1,000 calories
A man at bat waiting for a pitch with a catcher and umpire behind him.
Train no. 1225 pulling into the station on Oct. 31, 1999.
Call 555-1234 or (555) 123-4567 it says on the truck
A cat in the hat!? What a cat ...
"Look," says the girl to her mother.
'Help!' reads a note that's pinned to the door.
A street sign for "Mulberry St." and "5th Ave."
The skier\u00a0is going down\u00a0the hill
A   dog    with   many     blanks
\tA tabbed\tcaption\t
A na\u00efve fianc\u00e9e at a fa\u00e7ade in S\u00e3o Paulo and a \u00fcber-cool \u00c5ngstr\u00f6m logo
\u4e00\u53ea\u72d7 and \u72d7 are Chinese, \u0441\u043e\u0431\u0430\u043a\u0430 is Russian
A dog \U0001f415 smiles \U0001f600\U0001f600 at a cat\U0001f431.
\u2605 Five-star \u2605 hotel \u2192 this way \u2190 20\u00b0C \u00b1 5\u00b0
"""

# Each is asked for inside a sentence and at the end of one.
PIECES = """
isn't ISN'T isn\u2019t isn`t can't won't don't've I'd've he'll they're we've I'm she'd it's its' 'tis 'Twas n't
don'tcha cannot Cannot gonna gotta wanna lemme gimme wanna-be gonna's more'n d'ye y'all ma'am ol' c'mon
o'clock O'Neill d'Artagnan l'eau J'ai M'Baye Hawai'i Qur'an e'er ne'er li'l 'em 'til 'till 'cause 'bout
'n' rock'n'roll 'n '90s '52 1990's 1990s 80's boys' boys'. James's dog's dogs\u2019 \u2018quoted\u2019 "it's" x'y a'b
U.S. U.S.A. U.S.-based U.K.'s p.m. a.m., e.g. i.e. Ph.D. M.B.A. J.R.R. S.C.U.B.A. a. B. a.b.c x.y.z. Mr. Mrs.
Dr. St. Ave. Blvd. Jr. Sr. Inc. Co. Corp. Ltd. etc. vs. approx. Jan. Sept. Mon. Sat. Gen. Sen. Calif. Del.
del. Miss. miss. no. No. no.5 fig. pp. Jan.-Feb. Calif.-based dog. dog., dog.; dog.The end.of Yahoo! what?!
t-shirt T-shirts merry-go-round mother-in-law half- -half mid- a--b a---b a - b \u2013 \u2014 x\u2013y x\u2014y x\u2010y well-\u200bknown
4x4 2x4's 3-D 3D 747-400 K2 mp3 1st 22nd 101st 5pm 5p.m. 12:30pm 10:25 3:30:15 :30 1:1 16:9 24/7 9/11 1/2 3/4" 1-1/2
1,000 1,000,000 10,5 1.5 .5 5. 5.. -5 +5 -5.5 1.000,5 3.14.15 2010-12-25 12/25/2010 1/2-2003 #1 #5a No.1 5'10" 6'
$5 $5.50 $1,000 $$ US$5 A$ C$10 \u00a35 \u20ac5.50 5\u20ac \u00a5100 50\u00a2 50% 5-10% %50 100\u00b0F 20\u00b0 \u00bd 1\u00bd \u00bc \u00be \u2153 x\u00b2 H\u2082O
and/or he/she w/ w/o c/o a/b/c a/b/c/d km/h AC/DC t-shirt/jeans // a//b \\ a\\b A&P AT&T at&t R&D's M&M's B&B a&b & &amp; A&amp;B
&lt; &gt; &quot; &nbsp; &mdash; &copy; <b> </b> <br/> <br /> <a href="x"> <unk> <UNK> <3 < > << >> a<b <- -> => == = a=b
( ) (a) (a (b)c [x] [ ] {y} { } (1) (555)123-4567 -LRB- -rrb- -LSB- ((x)) ([{ )]}
. .. ... .... ..... ...... , ,, ; ;; : :: ! !! ? ?? ?! !!! wait... wait.. ...so a..b a...b \u2026 \u2026\u2026
" "" 'hi' ''hi'' ``hi'' `hi' "hi" \u201chi\u201d \u00abhi\u00bb \u201ehi\u201c \u2018 \u2019 \u201c\u201d \u2019\u2019 ' '' ''' ` `` \u00b4 \u2032 \u2033
- -- --- ---- * ** *** *x* _ __ a_b _a_ + ++ a+b C++ C# F# c# ~ ~5 ^ a^b | a|b @ @@ @user @user_1 #tag #tag1 # ##
http://www.example.com https://example.com/a?b=c&d=e#f http://example.com. (http://example.com) www.example.com
www.example.com, www.example.com/path/to example.com example.org/path example.com's Example.NET foo.co.uk ftp://x.y
me@example.com first.last@sub.example.co.uk <me@example.com> me@example.com. a@b x@y's 1@2 photo.jpg IMG_1234.JPG 01.jpg
img01.html file.tar.gz 1.txt.
:) :-) ;) :( :-( :D :P :O =) :'( >:( :] :/ :| 8) :o) ^_^ -_- >_< x_x (^_^) (>_<) ;-; <3 :)) :dog ;Dog =P)
caf\u00e9 na\u00efve \u00c9cole \u00fcber \u00c5 \u00f1 \u00df \u0153uvre cafe\u0301 \u041c\u043e\u0441\u043a\u0432\u0430 \u65e5\u672c\u8a9e \ud55c\uad6d\uc5b4 \u0627\u0644\u0639\u0631\u0628\u064a\u0629 \u0939\u093f\u0928\u094d\u0926\u0940 \u0e44\u0e17\u0e22 \u03a9 \u00aa \u00b5 \u00a9 \u00ae \u2122 \u2022 \u00b7 \u00a7 \u00a1hola! \u00bfque?
\U0001f600 dog\U0001f415 \U0001f44d\U0001f3fd \u2764 \u2600 \u266a \u2713 \u2192 \u221e \u2248 \u00d7 5\u00d75 \u00f7 \ufffd \ufeffdog dog\u200b soft\u00adhyphen \u00ad a\u3000b a\u2003b
""".split()


def main():
    sentences = CAPTIONS.split("\n")
    for piece in PIECES:
        sentences.append(f"a sign with {piece} on the wall")
        sentences.append(f"The sign reads {piece}")
    sentences += ["", " ", ".", "...", "( )", "A a. The dog", "x a. Them", "vitamin B. It helps",
                  "1 1/2 cups", "10 1/2dogs", "a. <unk> dog", "A. Mr. Bean", "No.\t5", "No.  5"]

    folder = os.path.dirname(ptb.__file__)
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as file:
        file.write("".join(s + "\nNeutral\n" for s in sentences))
        file.flush()
        answer = subprocess.run(
            ["java", "-Dfile.encoding=UTF-8", "-cp", ptb.STANFORD_CORENLP_3_4_1_JAR,
             "edu.stanford.nlp.process.PTBTokenizer", "-preserveLines", "-lowerCase", file.name],
            cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
    lines = answer.stdout.decode("utf-8").split("\n")
    assert lines[1::2] == ["neutral"] * len(sentences), "a sentence was split or joined"

    rows = []
    for sentence, line in zip(sentences, lines[::2]):
        words = [w for w in line.rstrip().split(" ") if w not in ptb.PUNCTUATIONS]
        # BLEU and CIDEr-D split what they get at all white space, no-break spaces included.
        rows.append([sentence, " ".join(words).split()])
    sys.stdout.write("[\n" + ",\n".join(json.dumps(r, ensure_ascii=True) for r in rows) + "\n]\n")


if __name__ == "__main__":
    main()
