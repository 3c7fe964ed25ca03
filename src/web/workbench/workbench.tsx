import type { ComponentChildren } from 'preact';
import { useCallback, useEffect, useMemo, useState } from 'preact/hooks';
import type { Language } from '../../causes/text.ts';
import { placeText, type Go } from '../view/place.ts';
import { viewWordsIn, WordsContext } from '../view/words.ts';
import { NO_PLACE, type Address, type LabState } from './address.ts';
import { CaptureReport, percentOf, Reading } from './capture-view.tsx';
import { ClaimsView } from './claims-view.tsx';
import { LabView } from './lab/lab-view.tsx';
import { ScenariosView } from './lab/scenarios-view.tsx';
import { preferredLanguage, rememberLanguage } from './language.ts';
import { TopBar } from './top-bar.tsx';
import { useAddress } from './use-address.ts';
import { useAnalysis } from './use-analysis.ts';
import { useDrop } from './use-drop.ts';
import { Welcome } from './welcome.tsx';
import { WorkbenchContext, workbenchWordsIn } from './words.ts';

/** The whole page: a capture, the laboratory, or the claims, as its address says. */
export const Workbench = ({ version }: { version: string }) => {
  const [language, setLanguage] = useState(preferredLanguage);
  const { address, visit, show } = useAddress();
  const { analysis, open, close, fetchLadder, makePage } = useAnalysis(language, version);
  const words = useMemo(() => workbenchWordsIn(language), [language]);
  const view = useMemo(() => viewWordsIn(language), [language]);
  const openHere = useCallback(
    (file: File) => {
      open(file);
      show({ view: 'capture', place: NO_PLACE }, false);
    },
    [open, show],
  );
  useDrop(openHere);
  useEffect(() => {
    document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
  }, [language]);
  const subject = subjectOf(address, analysis?.file);
  useEffect(() => {
    document.title = subject === undefined ? 'Resetlab' : `${subject} – Resetlab`;
  }, [subject]);
  const choose = (chosen: Language) => {
    rememberLanguage(chosen);
    setLanguage(chosen);
  };
  const report = analysis?.failure === undefined ? analysis?.report : undefined;
  const top = (
    <TopBar
      view={address.view}
      language={language}
      choose={choose}
      close={report === undefined ? undefined : close}
    />
  );
  const go: Go = (place, stay = false) => show({ view: 'capture', place }, stay);
  const turn = useCallback(
    (lab: LabState, stay: boolean) => show({ view: 'lab', lab }, stay),
    [show],
  );
  return (
    <WorkbenchContext.Provider value={words}>
      <WordsContext.Provider value={view}>
        {address.view === 'capture' && report !== undefined ? (
          <CaptureReport
            report={report}
            percent={analysis?.isComplete === false ? percentOf(analysis.progress) : undefined}
            place={address.place}
            visit={visit}
            go={go}
            top={top}
            fetchLadder={fetchLadder}
            makePage={makePage}
          />
        ) : (
          <Page top={top} isWide={address.view === 'lab'}>
            {address.view === 'capture' && analysis === undefined && (
              <Welcome isGone={placeText(address.place) !== ''} open={openHere} />
            )}
            {address.view === 'capture' && analysis !== undefined && (
              <Reading analysis={analysis} cancel={close} />
            )}
            {address.view === 'lab' && <LabView lab={address.lab} turn={turn} open={openHere} />}
            {address.view === 'scenarios' && <ScenariosView />}
            {address.view === 'claims' && <ClaimsView />}
          </Page>
        )}
      </WordsContext.Provider>
    </WorkbenchContext.Provider>
  );
};

/** What the page is about, for its title. */
const subjectOf = (address: Address, file: string | undefined): string | undefined => {
  if (address.view === 'lab') return `${address.lab.scenario}, ${address.lab.variant}`;
  return address.view === 'capture' ? file : undefined;
};

interface PageProps {
  readonly top: ComponentChildren;
  readonly isWide: boolean;
  readonly children: ComponentChildren;
}

const Page = ({ top, isWide, children }: PageProps) => (
  <main class={isWide ? 'wide' : ''}>
    <header>{top}</header>
    {children}
  </main>
);
