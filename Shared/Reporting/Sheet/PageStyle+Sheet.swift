/// How a ``ContactSheet`` looks and answers.
extension PageStyle {
  static let sheet = """
    main{max-width:90rem}
    header{margin-bottom:1.6rem}
    header a{white-space:nowrap}
    html:not(.script) .scripted{display:none}
    .find{display:flex;flex-wrap:wrap;align-items:center;gap:.4rem .9rem;max-width:none}
    .find input{font:inherit;color:inherit;background:var(--tint);border:1px solid var(--line);\
    border-radius:999px;padding:.42rem 1rem;width:min(22rem,100%)}
    .find input:focus-visible,.card:focus-visible{outline:3px solid var(--accent);outline-offset:1px}
    .sheet{display:grid;gap:1.1rem;align-items:start;\
    grid-template-columns:repeat(auto-fill,minmax(min(19.5rem,100%),1fr))}
    .card{background:var(--tint);border:1px solid var(--line);border-radius:12px;overflow:hidden;\
    content-visibility:auto;contain-intrinsic-size:auto 25rem}
    .card[hidden]{display:none}
    .mount{aspect-ratio:4/3;display:flex;align-items:center;justify-content:center;\
    background:var(--mount)}
    .print{position:relative;line-height:0;overflow:hidden}
    .print.wide{width:100%}
    .print.tall{height:100%}
    .print img,.print canvas{position:absolute;inset:0;width:100%;height:100%}
    .print canvas{opacity:0;transition:opacity .15s;pointer-events:none}
    .print canvas.on{opacity:1}
    .print .play{position:absolute;right:.6rem;bottom:.6rem;width:2.75rem;height:2.75rem;border:0;\
    border-radius:50%;background:rgba(0,0,0,.62);color:#fff;font:1.05rem/1 sans-serif;\
    cursor:pointer;opacity:0;transition:opacity .15s}
    .card:hover .play,.play:focus-visible{opacity:1}
    @media (hover:none){.print .play{opacity:.85}}
    .caption{display:flex;flex-wrap:wrap;gap:.1rem .12rem;margin:.75rem .75rem .15rem;\
    font-size:1.09rem;line-height:1.3}
    .word{position:relative;display:inline-block;font:inherit;color:inherit;text-align:center;\
    background:none;border:0;border-radius:6px;padding:.14rem .26rem .34rem;min-width:1.75rem}
    .word b{font-weight:500;display:block}
    .word small{display:block;font-size:.68rem;line-height:1.2;color:var(--quiet);\
    font-variant-numeric:tabular-nums}
    .word i{position:absolute;left:50%;bottom:2px;translate:-50%;height:3px;border-radius:2px;\
    background:var(--accent);max-width:calc(100% - .5rem)}
    .script button.word{cursor:pointer}
    .script button.word:hover,.script button.word[aria-pressed=true],.word.now{background:var(--lit)}
    .word:focus-visible,.play:focus-visible{outline:3px solid var(--accent);outline-offset:-1px}
    .name{margin:.35rem 1rem .85rem;overflow-wrap:anywhere;font-size:.8rem}
    .failed .mount{aspect-ratio:auto;height:5.5rem;background:none;\
    border-bottom:1px dashed var(--line)}
    .failed .mark{width:2.6rem;height:2.6rem;border-radius:50%;display:grid;place-items:center;\
    font-weight:700;font-size:1.3rem;color:var(--paper);background:var(--bar)}
    .failed .caption{margin:.75rem 1rem .15rem;font-weight:600}
    .reason{margin:.1rem 1rem .4rem;overflow-wrap:anywhere;font-size:.92rem}
    footer{margin-top:2.2rem}
    :root{--mount:#eceff2;--lit:#dbeaf5}
    @media (prefers-color-scheme:dark){:root{--mount:#0e1013;--lit:#26394a}}
    @media print{.play,.find{display:none}.card{break-inside:avoid;content-visibility:visible}}
    """

  /// Shows a word's map while the word is pointed at or has the focus, and keeps it when pressed;
  /// plays through all words of a photograph; finds.
  static let sheetScript = """
    (function(){
      document.documentElement.classList.add("script");
      var sheet=document.querySelector(".sheet"),kept=null,playing=null;
      // Each cell's share of each of `size` places: a Gaussian around the cell's centre.
      function shares(cells,size){
        var rows=[];
        for(var place=0;place<size;place++){
          var row=[],sum=0;
          for(var cell=0;cell<cells;cell++){
            var away=((place+.5)/size*cells-cell-.5)/.55,share=Math.exp(-away*away/2);
            row.push(share);sum+=share;
          }
          rows.push(row.map(function(share){return share/sum}));
        }
        return rows;
      }
      function draw(canvas,map,rows,columns){
        var size=64,across=shares(columns,size),down=shares(rows,size),top=0,most=0;
        var half=[],values=[],x,y,cell,sum;
        for(y=0;y<rows;y++)for(x=0;x<size;x++){
          for(sum=0,cell=0;cell<columns;cell++){
            var value=map.charCodeAt(y*columns+cell)/255;
            sum+=across[x][cell]*value;most=Math.max(most,value);
          }
          half.push(sum);
        }
        for(y=0;y<size;y++)for(x=0;x<size;x++){
          for(sum=0,cell=0;cell<rows;cell++)sum+=down[y][cell]*half[cell*size+x];
          values.push(sum);top=Math.max(top,sum);
        }
        canvas.width=canvas.height=size;
        var context=canvas.getContext("2d"),image=context.createImageData(size,size);
        for(var index=0;index<values.length;index++){
          var share=top>0?values[index]/top*most:0,gray=share*share*255;
          image.data.set([gray,gray,gray,(.8-.58*share)*255],index*4);
        }
        context.putImageData(image,0,0);
      }
      function hide(card){
        var canvas=card&&card.querySelector("canvas");
        if(canvas)canvas.classList.remove("on");
      }
      function show(word){
        var card=word.closest(".card"),print=card.querySelector(".print");
        var canvas=print.querySelector("canvas"),grid=card.dataset.grid.split(" ");
        if(!canvas){
          canvas=document.createElement("canvas");canvas.setAttribute("aria-hidden","true");
          print.insertBefore(canvas,print.children[1]||null);
        }
        draw(canvas,atob(word.dataset.map),+grid[0],+grid[1]);
        // A frame later, so that the first one fades in as well.
        requestAnimationFrame(function(){canvas.classList.add("on")});
      }
      function rest(card){
        if(kept&&kept.closest(".card")===card)show(kept);else hide(card);
      }
      function keep(word){
        var former=kept;
        kept=word;
        if(former){former.setAttribute("aria-pressed","false");rest(former.closest(".card"))}
        if(word){word.setAttribute("aria-pressed","true");show(word)}
      }
      function stop(){
        if(!playing)return;
        clearTimeout(playing.timer);
        playing.words.forEach(function(word){word.classList.remove("now")});
        playing.button.textContent="\\u25B6";
        rest(playing.card);playing=null;
      }
      function play(button){
        var card=button.closest(".card"),same=playing&&playing.card===card;
        stop();
        if(same)return;
        var words=Array.from(card.querySelectorAll("button.word")),next=0;
        playing={card:card,button:button,words:words};
        button.textContent="\\u25A0";
        (function step(){
          words.forEach(function(word,index){word.classList.toggle("now",index===next)});
          if(next===words.length)return stop();
          show(words[next]);next++;
          playing.timer=setTimeout(step,700);
        })();
      }
      function word(event){return event.target.closest&&event.target.closest("button.word")}
      sheet.addEventListener("pointerover",function(event){
        if(event.pointerType!=="mouse")return;
        if(word(event)){stop();show(word(event))}
      });
      sheet.addEventListener("pointerout",function(event){
        if(event.pointerType==="mouse"&&word(event))rest(word(event).closest(".card"));
      });
      sheet.addEventListener("focusin",function(event){if(word(event))show(word(event))});
      sheet.addEventListener("focusout",function(event){
        if(word(event))rest(word(event).closest(".card"));
      });
      sheet.addEventListener("click",function(event){
        var pressed=word(event);
        if(pressed){stop();keep(pressed===kept?null:pressed)}
        else if(event.target.closest(".play"))play(event.target.closest(".play"));
      });
      sheet.addEventListener("keydown",function(event){
        var at=word(event),step={ArrowRight:1,ArrowLeft:-1}[event.key];
        if(event.key==="Escape"){stop();keep(null)}
        if(!at||!step)return;
        var words=Array.from(at.parentNode.querySelectorAll("button.word"));
        var next=words[words.indexOf(at)+step];
        if(next){next.focus();event.preventDefault()}
      });
      var cards=Array.from(sheet.querySelectorAll(".card"));
      cards.forEach(function(card){
        if(!card.querySelector("button.word"))return;
        var button=document.createElement("button");
        button.type="button";button.className="play";button.textContent="\\u25B6";
        button.setAttribute("aria-label","Play through the words");
        card.querySelector(".print").appendChild(button);
      });
      var input=document.querySelector(".find input"),found=document.querySelector(".find output");
      function text(card){
        return Array.from(card.querySelectorAll(".word b,.name,.reason"),function(part){
          return part.textContent}).join(" ").toLowerCase();
      }
      input.addEventListener("input",function(){
        var sought=input.value.trim().toLowerCase(),count=0;
        cards.forEach(function(card){
          card.hidden=text(card).indexOf(sought)<0;
          if(!card.hidden)count++;
        });
        found.textContent=sought?count+" of "+cards.length:"";
      });
    })();
    """
}
