import { render } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { ReportData } from '../../report/html/data.ts';
import { placeIn, placeText, type Go } from '../view/place.ts';
import { Report } from '../view/report.tsx';

/** A report as a page of its own: its place is the page's address. */
const ReportPage = ({ data }: { data: ReportData }) => {
  const [at, setAt] = useState(() => {
    const place = placeIn(location.hash);
    return { place, visit: place.connection === undefined ? 0 : 1 };
  });
  useEffect(() => {
    const follow = () => {
      const place = placeIn(location.hash);
      setAt((before) =>
        placeText(before.place) === placeText(place)
          ? before
          : { place, visit: place.connection === undefined ? 0 : before.visit + 1 },
      );
    };
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  const go: Go = (place, stay = false) => {
    setAt(({ visit }) => ({ place, visit: stay ? visit : visit + 1 }));
    const address = `#${placeText(place)}`;
    if (stay) location.replace(address);
    else location.hash = address;
  };
  return <Report data={data} place={at.place} visit={at.visit} go={go} />;
};

const dataOf = (element: HTMLElement | null): ReportData => {
  if (element === null) throw new Error('this page holds no report');
  return JSON.parse(element.textContent ?? '') as ReportData;
};

const page = document.getElementById('page');
if (page === null) throw new Error('this page has no place for the report');
render(<ReportPage data={dataOf(document.getElementById('data'))} />, page);
