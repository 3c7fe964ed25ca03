import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { Language } from '../../causes/text.ts';
import { Analyst, type Analysis } from './analysis/analyst.ts';

/** The capture that is open, if one is: read by a worker of its own, which ends with it. */
export const useAnalysis = (language: Language, version: string) => {
  const analyst = useRef<Analyst>(undefined);
  const [analysis, setAnalysis] = useState<Analysis | undefined>(undefined);
  const close = useCallback(() => {
    analyst.current?.stop();
    analyst.current = undefined;
    setAnalysis(undefined);
  }, []);
  const open = useCallback(
    (file: File) => {
      analyst.current?.stop();
      analyst.current = new Analyst(file, language, version, setAnalysis);
    },
    [language, version],
  );
  const isRead = analysis?.report !== undefined;
  useEffect(() => analyst.current?.speak(language), [language, isRead]);
  const fetchLadder = useCallback(
    (connection: number) => analyst.current?.fetchLadder(connection) ?? Promise.resolve(),
    [],
  );
  const makePage = useCallback(
    (isAnonymised: boolean) => analyst.current?.makePage(isAnonymised),
    [],
  );
  return { analysis, open, close, fetchLadder, makePage };
};
