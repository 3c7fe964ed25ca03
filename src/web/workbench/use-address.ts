import { useCallback, useEffect, useState } from 'preact/hooks';
import { addressIn, addressText, type Address } from './address.ts';

interface Visit {
  readonly address: Address;
  /** Grows whenever a place is to be brought into view. */
  readonly visit: number;
}

/** The page's address, as its hash has it. */
export const useAddress = () => {
  const [at, setAt] = useState<Visit>(() => {
    const address = addressIn(location.hash);
    return { address, visit: isPlace(address) ? 1 : 0 };
  });
  useEffect(() => {
    const follow = () => {
      const address = addressIn(location.hash);
      setAt((before) => {
        if (addressText(before.address) === addressText(address)) return before;
        if (before.address.view !== address.view) scrollTo({ top: 0 });
        return { address, visit: before.visit + (isPlace(address) ? 1 : 0) };
      });
    };
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  const show = useCallback((address: Address, stay: boolean) => {
    setAt(({ visit }) => ({ address, visit: stay ? visit : visit + 1 }));
    const text = addressText(address);
    // Stepping leaves no trail in the history: one step back is a key, not a page.
    if (stay) history.replaceState(null, '', text);
    else if (location.hash !== text) location.hash = text;
  }, []);
  return { ...at, show };
};

const isPlace = (address: Address): boolean =>
  address.view === 'capture' && address.place.connection !== undefined;
