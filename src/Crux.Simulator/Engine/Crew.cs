namespace Crux.Simulator.Engine;

/// <summary>
/// Threads that do one short piece of work together, again and again, and meet at its end. They spin for a few microseconds before they
/// sleep: a window of a busy world is over sooner than a thread is woken.
/// </summary>
/// <remarks>One owner calls it.</remarks>
internal sealed class Crew : IDisposable
{
    /// <summary>Looks for the others before a thread sleeps, at most: some 100 us.</summary>
    private const int MostSpins = 1_500;

    /// <summary>The same at least, where looking was mostly in vain: others want the processors too.</summary>
    private const int LeastSpins = 16;

    private readonly Action<int> _work;
    private readonly Thread[] _helpers;
    private readonly SemaphoreSlim[] _beds;
    private readonly int[] _asleep;
    private int _patience = MostSpins;
    private int _round;
    private int _left;
    private volatile bool _isOver;

    /// <summary>Starts the threads; the owner is one of <paramref name="workers"/> itself.</summary>
    /// <param name="workers">How many, the owner included.</param>
    /// <param name="work">The piece of work of each, by number. It must not throw.</param>
    public Crew(int workers, Action<int> work)
    {
        _work = work;
        _beds = [.. Enumerable.Range(1, workers - 1).Select(_ => new SemaphoreSlim(0))];
        _asleep = new int[workers - 1];
        _helpers = [.. Enumerable.Range(1, workers - 1).Select(number => new Thread(() => Help(number)) { IsBackground = true, Name = $"simulation {number}" })];
        Array.ForEach(_helpers, static helper => helper.Start());
    }

    /// <summary>Has everybody work, and comes back when all are done.</summary>
    public void Run()
    {
        Volatile.Write(ref _left, _helpers.Length);
        Release();
        _work(0);
        if (Spin(ref _left, 0, ref _patience))
            return;
        // A processor of its own for each is not certain.
        var spinner = default(SpinWait);
        while (Volatile.Read(ref _left) > 0)
            spinner.SpinOnce(sleep1Threshold: -1);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _isOver = true;
        Release();
        Array.ForEach(_helpers, static helper => helper.Join());
        Array.ForEach(_beds, static bed => bed.Dispose());
    }

    private void Release()
    {
        Interlocked.Increment(ref _round);
        for (var i = 0; i < _asleep.Length; i++)
        {
            if (Interlocked.Exchange(ref _asleep[i], 0) == 1)
                _beds[i].Release();
        }
    }

    // Who finds the others at it in time looks longer the next time, who doesn't, shorter.
    private static bool Spin(ref int watched, int awaited, ref int patience)
    {
        for (var i = 0; i < patience; i++)
        {
            if (Volatile.Read(ref watched) == awaited)
            {
                patience = Math.Min(2 * patience, MostSpins);
                return true;
            }
            Thread.SpinWait(2);
        }
        patience = Math.Max(patience / 2, LeastSpins);
        return false;
    }

    private void Help(int number)
    {
        var patience = MostSpins;
        for (var round = 1; ; round++)
        {
            if (!Spin(ref _round, round, ref patience))
                Sleep(round, number - 1);
            if (_isOver)
                return;
            _work(number);
            Interlocked.Decrement(ref _left);
        }
    }

    private void Sleep(int round, int helper)
    {
        Interlocked.Exchange(ref _asleep[helper], 1);
        // Whoever began a round in the meantime may not have seen a sleeper.
        if (Volatile.Read(ref _round) != round || Interlocked.Exchange(ref _asleep[helper], 0) == 0)
            _beds[helper].Wait();
    }
}
