"use strict";
// Before anything is drawn: the language of the samples, so that nothing moves when it is known.
{
  const languages = ["curl", "python", "javascript"];
  let language;
  try {
    language = localStorage.getItem("mipos.language");
  } catch {
    // Some browsers keep nothing; the first language will do.
  }
  document.documentElement.dataset.language = languages.includes(language) ? language : languages[0];
}
