"use strict";(self.rspackChunkexternalname_course=self.rspackChunkexternalname_course||[]).push([[266],{646(e,t,r){var n=r(601),o=r.n(n),a=r(314),i=(r.n(a))()(o());i.push([e.id,`.ec-panel {
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

.ec-panel :focus-visible {
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

.ec-trouble,
.ec-check {
  border: 1px solid var(--jp-border-color1);
  border-left: 4px solid var(--jp-error-color1);
  margin: 8px 0;
  padding: 4px 8px;
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

@media (max-width: 700px) {
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
`,""]),r.d(t,{},{A:i})},314(e){e.exports=function(e){var t=[];return t.toString=function(){return this.map(function(t){var r="",n=void 0!==t[5];return t[4]&&(r+="@supports (".concat(t[4],") {")),t[2]&&(r+="@media ".concat(t[2]," {")),n&&(r+="@layer".concat(t[5].length>0?" ".concat(t[5]):""," {")),r+=e(t),n&&(r+="}"),t[2]&&(r+="}"),t[4]&&(r+="}"),r}).join("")},t.i=function(e,r,n,o,a){"string"==typeof e&&(e=[[null,e,void 0]]);var i={};if(n)for(var c=0;c<this.length;c++){var s=this[c][0];null!=s&&(i[s]=!0)}for(var p=0;p<e.length;p++){var l=[].concat(e[p]);n&&i[l[0]]||(void 0!==a&&(void 0===l[5]||(l[1]="@layer".concat(l[5].length>0?" ".concat(l[5]):""," {").concat(l[1],"}")),l[5]=a),r&&(l[2]&&(l[1]="@media ".concat(l[2]," {").concat(l[1],"}")),l[2]=r),o&&(l[4]?(l[1]="@supports (".concat(l[4],") {").concat(l[1],"}"),l[4]=o):l[4]="".concat(o)),t.push(l))}},t}},601(e){e.exports=function(e){return e[1]}},665(e,t,r){r.r(t);var n=r(72),o=r.n(n),a=r(825),i=r.n(a),c=r(659),s=r.n(c),p=r(56),l=r.n(p),d=r(540),u=r.n(d),f=r(113),m=r.n(f),h=r(646),v={};v.styleTagTransform=m(),v.setAttributes=l(),v.insert=s().bind(null,"head"),v.domAPI=i(),v.insertStyleElement=u(),o()(h.A,v);let x=h.A&&h.A.locals?h.A.locals:void 0;r.d(t,{},{default:x})},72(e){var t=[];function r(e){for(var r=-1,n=0;n<t.length;n++)if(t[n].identifier===e){r=n;break}return r}function n(e,n){for(var o={},a=[],i=0;i<e.length;i++){var c=e[i],s=n.base?c[0]+n.base:c[0],p=o[s]||0,l="".concat(s," ").concat(p);o[s]=p+1;var d=r(l),u={css:c[1],media:c[2],sourceMap:c[3],supports:c[4],layer:c[5]};if(-1!==d)t[d].references++,t[d].updater(u);else{var f=function(e,t){var r=t.domAPI(t);return r.update(e),function(t){t?(t.css!==e.css||t.media!==e.media||t.sourceMap!==e.sourceMap||t.supports!==e.supports||t.layer!==e.layer)&&r.update(e=t):r.remove()}}(u,n);n.byIndex=i,t.splice(i,0,{identifier:l,updater:f,references:1})}a.push(l)}return a}e.exports=function(e,o){var a=n(e=e||[],o=o||{});return function(e){e=e||[];for(var i=0;i<a.length;i++){var c=r(a[i]);t[c].references--}for(var s=n(e,o),p=0;p<a.length;p++){var l=r(a[p]);0===t[l].references&&(t[l].updater(),t.splice(l,1))}a=s}}},659(e){var t={};e.exports=function(e,r){var n=function(e){if(void 0===t[e]){var r=document.querySelector(e);if(window.HTMLIFrameElement&&r instanceof window.HTMLIFrameElement)try{r=r.contentDocument.head}catch(e){r=null}t[e]=r}return t[e]}(e);if(!n)throw Error("Couldn't find a style target. This probably means that the value for the 'insert' parameter is invalid.");n.appendChild(r)}},540(e){e.exports=function(e){var t=document.createElement("style");return e.setAttributes(t,e.attributes),e.insert(t,e.options),t}},56(e,t,r){e.exports=function(e){var t=r.nc;t&&e.setAttribute("nonce",t)}},825(e){e.exports=function(e){if("u"<typeof document)return{update:function(){},remove:function(){}};var t=e.insertStyleElement(e);return{update:function(r){var n,o,a;n="",r.supports&&(n+="@supports (".concat(r.supports,") {")),r.media&&(n+="@media ".concat(r.media," {")),(o=void 0!==r.layer)&&(n+="@layer".concat(r.layer.length>0?" ".concat(r.layer):""," {")),n+=r.css,o&&(n+="}"),r.media&&(n+="}"),r.supports&&(n+="}"),(a=r.sourceMap)&&"u">typeof btoa&&(n+="\n/*# sourceMappingURL=data:application/json;base64,".concat(btoa(unescape(encodeURIComponent(JSON.stringify(a))))," */")),e.styleTagTransform(n,t,e.options)},remove:function(){var e;null===(e=t).parentNode||e.parentNode.removeChild(e)}}}},113(e){e.exports=function(e,t){if(t.styleSheet)t.styleSheet.cssText=e;else{for(;t.firstChild;)t.removeChild(t.firstChild);t.appendChild(document.createTextNode(e))}}}}]);