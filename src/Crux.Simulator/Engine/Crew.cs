namespace Crux.Simulator.Engine;

/// <summary>
/// Threads that share one short piece of work, again and again, and meet at its end. They spin for a few microseconds before they
/// sleep: a window of a busy world is over sooner than a thread is woken. Nobody is waited for who has not begun: where the processors
/// are wanted elsewhere, the owner does it all, and loses nothing but the help.
/// </summary>
/// <remarks>One owner calls it.</remarks>
internal sealed class Crew : IDisposable
{
    /// <summary>Looks for work before a thread sleeps, at most: some 100 us.</summary>
    private const int MostSpins = 1_500;

    /// <summary>The same at least, where looking was mostly in vain: others want the processors too.</summary>
    private const int LeastSpins = 16;

    private const int Idle = 0;
    private const int Invited = 1;
    private const int Working = 2;

    private readonly Action<int> _work;
    private readonly Thread[] _helpers;
    private readonly SemaphoreSlim[] _beds;
    private readonly int[] _asleep;
    private readonly int[] _doing;
    private volatile bool _isOver;

    /// <summary>Starts the threads; the owner is one of <paramref name="workers"/> itself.</summary>
    /// <param name="workers">How many, the owner included.</param>
    /// <param name="work">What a worker does, by number: it takes of the work as long as there is some, so that one alone can do it all. It must not throw.</param>
    public Crew(int workers, Action<int> work)
    {
        _work = work;
        _beds = [.. Enumerable.Range(1, workers - 1).Select(_ => new SemaphoreSlim(0))];
        _asleep = new int[workers - 1];
        _doing = new int[workers - 1];
        _helpers = [.. Enumerable.Range(1, workers - 1).Select(number => new Thread(() => Help(number)) { IsBackground = true, Name = $"simulation {number}" })];
        Array.ForEach(_helpers, static helper => helper.Start());
    }

    /// <summary>Works with whoever comes in time, and comes back when all is done.</summary>
    public void Run()
    {
        for (var i = 0; i < _doing.Length; i++)
        {
            Volatile.Write(ref _doing[i], Invited);
            Wake(i);
        }
        _work(0);
        for (var i = 0; i < _doing.Length; i++)
        {
            if (Interlocked.CompareExchange(ref _doing[i], Idle, Invited) != Invited)
                Await(ref _doing[i]);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _isOver = true;
        for (var i = 0; i < _beds.Length; i++)
            Wake(i);
        Array.ForEach(_helpers, static helper => helper.Join());
        Array.ForEach(_beds, static bed => bed.Dispose());
    }

    private void Wake(int helper)
    {
        if (Interlocked.Exchange(ref _asleep[helper], 0) == 1)
            _beds[helper].Release();
    }

    private static void Await(ref int doing)
    {
        for (var i = 0; i < MostSpins; i++)
        {
            if (Volatile.Read(ref doing) == Idle)
                return;
            Thread.SpinWait(2);
        }
        // A processor of its own for each is not certain.
        var spinner = default(SpinWait);
        while (Volatile.Read(ref doing) != Idle)
            spinner.SpinOnce(sleep1Threshold: -1);
    }

    private void Help(int number)
    {
        ref var doing = ref _doing[number - 1];
        var patience = MostSpins;
        while (!_isOver)
        {
            if (!Spin(ref doing, ref patience))
                Sleep(number - 1);
            if (Interlocked.CompareExchange(ref doing, Working, Invited) != Invited)
                continue;
            _work(number);
            Volatile.Write(ref doing, Idle);
        }
    }

    // Who is invited in time looks longer the next time, who isn't, shorter.
    private bool Spin(ref int doing, ref int patience)
    {
        for (var i = 0; i < patience && !_isOver; i++)
        {
            if (Volatile.Read(ref doing) == Invited)
            {
                patience = Math.Min(2 * patience, MostSpins);
                return true;
            }
            Thread.SpinWait(2);
        }
        patience = Math.Max(patience / 2, LeastSpins);
        return false;
    }

    private void Sleep(int helper)
    {
        Interlocked.Exchange(ref _asleep[helper], 1);
        // Whoever invited in the meantime may not have seen a sleeper.
        var isWanted = _isOver || Volatile.Read(ref _doing[helper]) == Invited;
        if (!isWanted || Interlocked.Exchange(ref _asleep[helper], 0) == 0)
            _beds[helper].Wait();
    }
}
