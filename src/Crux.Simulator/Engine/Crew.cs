namespace Crux.Simulator.Engine;

/// <summary>
/// Threads that do one short piece of work together, again and again, and meet at its end. They spin for a few microseconds before they
/// sleep: a window of a busy world is over sooner than a thread is woken.
/// </summary>
/// <remarks>One owner calls it.</remarks>
internal sealed class Crew : IDisposable
{
    /// <summary>Looks for the next round before a thread sleeps: some 100 us.</summary>
    private const int Spins = 1_500;

    private readonly Action<int> _work;
    private readonly Thread[] _helpers;
    private readonly SemaphoreSlim[] _beds;
    private readonly int[] _asleep;
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
        var spinner = default(SpinWait);
        for (var i = 0; Volatile.Read(ref _left) > 0; i++)
        {
            // A processor of its own for each is not certain.
            if (i < Spins)
                Thread.SpinWait(2);
            else
                spinner.SpinOnce(sleep1Threshold: -1);
        }
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

    private void Help(int number)
    {
        var seen = 0;
        while (true)
        {
            seen = Await(seen, number - 1);
            if (_isOver)
                return;
            _work(number);
            Interlocked.Decrement(ref _left);
        }
    }

    private int Await(int seen, int helper)
    {
        for (var i = 0; i < Spins; i++)
        {
            if (Volatile.Read(ref _round) is var round && round != seen)
                return round;
            Thread.SpinWait(2);
        }
        Interlocked.Exchange(ref _asleep[helper], 1);
        // Whoever began a round in the meantime may not have seen a sleeper.
        if (Volatile.Read(ref _round) == seen || Interlocked.Exchange(ref _asleep[helper], 0) == 0)
            _beds[helper].Wait();
        return Volatile.Read(ref _round);
    }
}
