/// How pages look: their text is dark on light or light on dark, as the reader's system has it.
enum PageStyle {
  static let base = """
    :root{--paper:#fff;--ink:#1b1f24;--quiet:#59636e;--line:#dfe3e8;--tint:#f5f7f9;--accent:#0072b2;\
    --bar:#d55e00}
    @media (prefers-color-scheme:dark){:root{--paper:#15181c;--ink:#e8eaed;--quiet:#a3acb6;\
    --line:#343b43;--tint:#1d2126;--accent:#56b4e9;--bar:#ff8a4c}}
    *{box-sizing:border-box}
    body{margin:0;background:var(--paper);color:var(--ink);\
    font:16px/1.55 system-ui,-apple-system,"Segoe UI","DejaVu Sans",sans-serif}
    main{max-width:70rem;margin:0 auto;padding:1.5rem 1.25rem 4rem}
    h1{font-size:1.9rem;line-height:1.2;margin:.5rem 0}
    h2{font-size:1.35rem;line-height:1.3;margin:2.6rem 0 .6rem}
    h3{font-size:1.06rem;margin:1.6rem 0 .4rem}
    p{max-width:46rem;margin:.6rem 0}
    a{color:var(--accent)}
    .quiet{color:var(--quiet);font-size:.9rem}
    """

  static let attention = """
    .photo{margin:1rem 0 2rem}
    .photo .view{display:grid;grid-template-columns:minmax(0,1fr);gap:1.25rem;align-items:start}
    @media (min-width:52rem){.photo .view{grid-template-columns:minmax(0,5fr) minmax(0,7fr)}\
    .photo .side{position:sticky;top:1rem}}
    .stage{position:relative;width:fit-content;max-width:100%;line-height:0;border-radius:6px;\
    overflow:hidden;background:var(--tint)}
    .stage img{display:block;max-width:100%;max-height:72vh}
    .stage img.veil{position:absolute;inset:0;width:100%;height:100%;max-height:none;opacity:0;\
    transition:opacity .12s}
    .stage img.veil.on{opacity:1}
    .told{min-height:1.6em;margin:.45rem 0 0}
    .model{border-top:1px solid var(--line);padding:.75rem 0 .5rem}
    .model:first-child{border-top:0;padding-top:0}
    .model h3{margin:0;font-size:.85rem;font-weight:600;color:var(--quiet);overflow-wrap:anywhere}
    .model .caption{font-size:1.15rem;margin:.1rem 0 .55rem}
    .words{list-style:none;margin:0;padding:0;display:flex;flex-wrap:wrap;gap:.45rem}
    .words button{display:block;font:inherit;font-size:.85rem;color:inherit;text-align:left;\
    background:var(--tint);border:2px solid transparent;border-radius:6px;padding:3px;cursor:pointer}
    .words button:hover{border-color:var(--line)}
    .words button:focus-visible{outline:3px solid var(--accent);outline-offset:1px}
    .words button[aria-pressed=true]{border-color:var(--accent)}
    .thumb{position:relative;display:block;width:5.4rem;background-size:100% 100%;\
    border-radius:3px;overflow:hidden}
    .thumb img{display:block;width:100%;height:100%}
    .words .word{display:block;max-width:5.4rem;padding:2px 2px 0;overflow:hidden;\
    text-overflow:ellipsis}
    .beta{display:flex;align-items:center;gap:4px;font-size:.7rem;color:var(--quiet);padding:0 2px}
    .beta i{flex:1;height:4px;border-radius:2px;background:var(--line);overflow:hidden}
    .beta i b{display:block;height:100%;background:var(--bar)}
    """

  /// Shows a word's map while the word is pointed at or has the focus, and keeps it when pressed.
  static let attentionScript = """
    document.querySelectorAll(".photo").forEach(function(photo){
      var veil=photo.querySelector(".veil"),told=photo.querySelector(".told");
      var rest=told.textContent,buttons=Array.from(photo.querySelectorAll("button")),kept=null;
      function show(button){
        if(button){veil.src=button.querySelector("img").src;told.textContent=button.title}
        else{told.textContent=rest}
        veil.classList.toggle("on",!!button);
      }
      buttons.forEach(function(button,index){
        button.addEventListener("pointerenter",function(event){
          if(event.pointerType==="mouse")show(button)});
        button.addEventListener("pointerleave",function(event){
          if(event.pointerType==="mouse")show(kept)});
        button.addEventListener("focus",function(){show(button)});
        button.addEventListener("blur",function(){show(kept)});
        button.addEventListener("click",function(){
          kept=kept===button?null:button;
          buttons.forEach(function(other){other.setAttribute("aria-pressed",other===kept)});
          show(kept);
        });
        button.addEventListener("keydown",function(event){
          var step={ArrowRight:1,ArrowLeft:-1}[event.key],next=buttons[index+step];
          if(next){next.focus();event.preventDefault()}
          if(event.key==="Escape"&&kept)kept.click();
        });
      });
    });
    """
}
