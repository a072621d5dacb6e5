"use strict";(self.rspackChunkexternalname_course=self.rspackChunkexternalname_course||[]).push([[266],{22(e,r,t){var o=t(23),n=t.n(o),a=t(24),i=(t.n(a))()(n());i.push([e.id,`.ec-panel {
  background: var(--jp-layout-color1);
  color: var(--jp-ui-font-color1);
  font-size: var(--jp-ui-font-size1);
  line-height: 1.4;
  overflow: auto;
  padding: 0 12px 12px;
}

.ec-panel h2 {
  font-size: var(--jp-ui-font-size2);
  margin: 12px 0 4px;
}

/* It has the focus when the panel is shown, so that a reader begins there; nothing can be done with it. */
.ec-panel h2:focus-visible {
  outline: none;
}

/* What was said stays in sight while one reads on or writes below; where there is room for both. */
@media (min-height: 600px) {
  .ec-head {
    background: var(--jp-layout-color1);
    border-bottom: 1px solid var(--jp-border-color2);
    padding-top: 1px;
    position: sticky;
    top: 0;
    z-index: 1;
  }

  .ec-panel:has(> .ec-head) {
    scroll-padding-top: 220px;
  }
}

.ec-panel h3 {
  font-size: var(--jp-ui-font-size1);
  margin: 16px 0 4px;
}

.ec-panel select {
  font-size: inherit;
  text-overflow: ellipsis;
}

.ec-panel p {
  margin: 4px 0;
}

.ec-panel :focus-visible,
.ec-tour :focus-visible {
  outline: 2px solid var(--jp-brand-color1);
  outline-offset: 1px;
}

.ec-words {
  overflow-wrap: anywhere;
  white-space: pre-wrap;
}

.ec-strong,
.ec-pass,
.ec-fail {
  font-weight: 600;
}

.ec-small {
  color: var(--jp-ui-font-color1);
  font-size: var(--jp-ui-font-size0);
}

.ec-list {
  list-style: none;
  margin: 4px 0;
  padding: 0;
}

.ec-list .ec-list {
  margin: 0 0 4px 20px;
}

.ec-list summary {
  cursor: pointer;
  font-size: var(--jp-ui-font-size0);
  padding: 4px;
}

.ec-row,
.ec-command {
  background: none;
  border: 0;
  color: inherit;
  cursor: pointer;
  font: inherit;
  padding: 4px;
  text-align: left;
  width: 100%;
}

.ec-row {
  display: flex;
  gap: 6px;
}

.ec-row:hover,
.ec-command:hover {
  background: var(--jp-layout-color2);
}

.ec-command {
  border: 1px solid var(--jp-border-color1);
  font-family: var(--jp-code-font-family);
  font-size: var(--jp-code-font-size);
  margin: 2px 0;
  overflow-wrap: anywhere;
}

.ec-verbs {
  display: flex;
  flex-wrap: wrap;
  gap: 4px;
  margin: 8px 0;
}

button.jp-mod-styled.ec-button {
  height: auto;
  line-height: 1.4;
  margin: 2px 0;
  min-height: 28px;
  padding: 4px 10px;
  text-align: left;
  white-space: normal;
}

.ec-button[aria-disabled='true'] {
  cursor: default;
  opacity: 0.5;
}

.ec-said {
  min-height: 1.4em;
}

.ec-lights {
  display: flex;
  flex-wrap: wrap;
  gap: 2px 12px;
  list-style: none;
  margin: 4px 0;
  padding: 0;
}

.ec-trouble,
.ec-check {
  border: 1px solid var(--jp-border-color1);
  border-left: 4px solid var(--jp-error-color1);
  margin: 8px 0;
  padding: 4px 8px;
}

.ec-room {
  border-left: 4px solid var(--jp-brand-color1);
  padding-left: 8px;
}

.ec-passed {
  border-left: 4px solid var(--jp-success-color1);
  padding-left: 8px;
}

.ec-check dl {
  display: grid;
  gap: 2px 8px;
  grid-template-columns: max-content 1fr;
  margin: 4px 0;
}

.ec-check dt {
  font-weight: 600;
}

.ec-check dd {
  margin: 0;
}

.ec-editor {
  border: 1px solid var(--jp-border-color1);
  margin: 4px 0;
  min-height: 8em;
}

/* More specific than JupyterLab's own least width of what stands there. */
#jp-right-stack > #externalname-course-task {
  min-width: 340px;
}

/* The names of lessons and labs are read in full. */
#jp-left-stack > .jp-FileBrowser {
  min-width: 300px;
}

@media (max-width: 700px) {
  #jp-left-stack > .jp-FileBrowser,
  #jp-right-stack > #externalname-course-task {
    min-width: var(--jp-sidebar-min-width);
  }
}

.ec-markdown {
  --jp-content-font-size1: var(--jp-ui-font-size1);
  --jp-content-line-height: 1.4;
}

.ec-markdown .jp-RenderedMarkdown {
  padding: 0;
}

.ec-steps {
  margin: 4px 0;
  padding-left: 24px;
}

.ec-search {
  align-items: baseline;
  display: flex;
  gap: 6px;
  margin: 8px 0 4px;
}

.ec-search input {
  font-size: inherit;
  flex: 1;
  min-width: 0;
}

.ec-found {
  border: 1px solid var(--jp-border-color1);
  max-height: 50vh;
  overflow: auto;
}

.ec-excerpt {
  display: block;
  font-size: var(--jp-ui-font-size0);
}

.ec-ask {
  align-items: baseline;
  display: flex;
  flex-wrap: wrap;
  gap: 4px 8px;
}

.ec-ask label,
.ec-ask input {
  max-width: 100%;
}

.ec-ask input {
  font-size: inherit;
  width: 18em;
}

.ec-records {
  border-collapse: collapse;
  display: block;
  overflow-x: auto;
}

.ec-records th,
.ec-records td {
  border-bottom: 1px solid var(--jp-border-color1);
  padding: 2px 12px 2px 0;
  text-align: left;
}

.ec-lines {
  font-family: var(--jp-code-font-family);
  font-size: var(--jp-code-font-size);
  list-style: none;
  margin: 4px 0;
  padding: 0;
}

.ec-picture {
  overflow-x: auto;
}

.ec-picture img {
  min-width: 720px;
  width: 100%;
}

.ec-tour {
  background: var(--jp-layout-color1);
  border: 2px solid var(--jp-brand-color1);
  color: var(--jp-ui-font-color1);
  font-size: var(--jp-ui-font-size1);
  line-height: 1.4;
  max-width: calc(100vw - 24px);
  padding: 4px 12px;
  position: fixed;
  width: 320px;
  z-index: 10000;
}

.ec-tour h2 {
  font-size: var(--jp-ui-font-size2);
  margin: 8px 0 4px;
}

.ec-toured {
  outline: 3px solid var(--jp-brand-color1);
  outline-offset: -1px;
}

/* What a command wrote to stderr is often the lesson's point, and not a mistake; a cell that failed stays red. */
body .jp-RenderedText[data-mime-type='application/vnd.jupyter.stderr'] {
  background: none;
  border-left: 3px solid var(--jp-border-color1);
}

/* Words are read whole: JupyterLab breaks lines of output in the middle of them. */
body .jp-RenderedText pre {
  overflow-wrap: anywhere;
  word-break: normal;
}
`,""]),t.d(r,{},{A:i})},24(e){e.exports=function(e){var r=[];return r.toString=function(){return this.map(function(r){var t="",o=void 0!==r[5];return r[4]&&(t+="@supports (".concat(r[4],") {")),r[2]&&(t+="@media ".concat(r[2]," {")),o&&(t+="@layer".concat(r[5].length>0?" ".concat(r[5]):""," {")),t+=e(r),o&&(t+="}"),r[2]&&(t+="}"),r[4]&&(t+="}"),t}).join("")},r.i=function(e,t,o,n,a){"string"==typeof e&&(e=[[null,e,void 0]]);var i={};if(o)for(var p=0;p<this.length;p++){var s=this[p][0];null!=s&&(i[s]=!0)}for(var c=0;c<e.length;c++){var l=[].concat(e[c]);o&&i[l[0]]||(void 0!==a&&(void 0===l[5]||(l[1]="@layer".concat(l[5].length>0?" ".concat(l[5]):""," {").concat(l[1],"}")),l[5]=a),t&&(l[2]&&(l[1]="@media ".concat(l[2]," {").concat(l[1],"}")),l[2]=t),n&&(l[4]?(l[1]="@supports (".concat(l[4],") {").concat(l[1],"}"),l[4]=n):l[4]="".concat(n)),r.push(l))}},r}},23(e){e.exports=function(e){return e[1]}},15(e,r,t){t.r(r);var o=t(16),n=t.n(o),a=t(17),i=t.n(a),p=t(18),s=t.n(p),c=t(19),l=t.n(c),d=t(20),u=t.n(d),f=t(21),h=t.n(f),x=t(22),m={};m.styleTagTransform=h(),m.setAttributes=l(),m.insert=s().bind(null,"head"),m.domAPI=i(),m.insertStyleElement=u(),n()(x.A,m);let v=x.A&&x.A.locals?x.A.locals:void 0;t.d(r,{},{default:v})},16(e){var r=[];function t(e){for(var t=-1,o=0;o<r.length;o++)if(r[o].identifier===e){t=o;break}return t}function o(e,o){for(var n={},a=[],i=0;i<e.length;i++){var p=e[i],s=o.base?p[0]+o.base:p[0],c=n[s]||0,l="".concat(s," ").concat(c);n[s]=c+1;var d=t(l),u={css:p[1],media:p[2],sourceMap:p[3],supports:p[4],layer:p[5]};if(-1!==d)r[d].references++,r[d].updater(u);else{var f=function(e,r){var t=r.domAPI(r);return t.update(e),function(r){r?(r.css!==e.css||r.media!==e.media||r.sourceMap!==e.sourceMap||r.supports!==e.supports||r.layer!==e.layer)&&t.update(e=r):t.remove()}}(u,o);o.byIndex=i,r.splice(i,0,{identifier:l,updater:f,references:1})}a.push(l)}return a}e.exports=function(e,n){var a=o(e=e||[],n=n||{});return function(e){e=e||[];for(var i=0;i<a.length;i++){var p=t(a[i]);r[p].references--}for(var s=o(e,n),c=0;c<a.length;c++){var l=t(a[c]);0===r[l].references&&(r[l].updater(),r.splice(l,1))}a=s}}},18(e){var r={};e.exports=function(e,t){var o=function(e){if(void 0===r[e]){var t=document.querySelector(e);if(window.HTMLIFrameElement&&t instanceof window.HTMLIFrameElement)try{t=t.contentDocument.head}catch(e){t=null}r[e]=t}return r[e]}(e);if(!o)throw Error("Couldn't find a style target. This probably means that the value for the 'insert' parameter is invalid.");o.appendChild(t)}},20(e){e.exports=function(e){var r=document.createElement("style");return e.setAttributes(r,e.attributes),e.insert(r,e.options),r}},19(e,r,t){e.exports=function(e){var r=t.nc;r&&e.setAttribute("nonce",r)}},17(e){e.exports=function(e){if("u"<typeof document)return{update:function(){},remove:function(){}};var r=e.insertStyleElement(e);return{update:function(t){var o,n,a;o="",t.supports&&(o+="@supports (".concat(t.supports,") {")),t.media&&(o+="@media ".concat(t.media," {")),(n=void 0!==t.layer)&&(o+="@layer".concat(t.layer.length>0?" ".concat(t.layer):""," {")),o+=t.css,n&&(o+="}"),t.media&&(o+="}"),t.supports&&(o+="}"),(a=t.sourceMap)&&"u">typeof btoa&&(o+="\n/*# sourceMappingURL=data:application/json;base64,".concat(btoa(unescape(encodeURIComponent(JSON.stringify(a))))," */")),e.styleTagTransform(o,r,e.options)},remove:function(){var e;null===(e=r).parentNode||e.parentNode.removeChild(e)}}}},21(e){e.exports=function(e,r){if(r.styleSheet)r.styleSheet.cssText=e;else{for(;r.firstChild;)r.removeChild(r.firstChild);r.appendChild(document.createTextNode(e))}}}}]);