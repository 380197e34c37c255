using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Text.Json;
using Crux.Client;
using Crux.Protos.Samples;
using Grpc.Core;

namespace Crux.System.Load;

/// <summary>Loops of Galumph calls by selector; totals as one line of JSON every 100 ms and at the end.</summary>
internal sealed class Caller : IDisposable
{
    private const int MostProblemsTold = 8;
    private static readonly TimeSpan ReportPeriod = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan CallDeadline = TimeSpan.FromSeconds(20);

    private readonly ConcurrentDictionary<string, long> _servedBy = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _problems = new();
    private readonly MeterListener _meter = new();
    private readonly bool _register;
    private readonly TimeSpan _pause;
    private readonly long _limit;
    private long _calls, _begun, _failed, _indeterminate, _attempts, _switches, _firstAnswerAt;

    public Caller(Arguments arguments)
    {
        _register = arguments.Optional("method", "table") == "register";
        _pause = TimeSpan.FromMilliseconds(arguments.Number("pause-ms", 0));
        _limit = arguments.Number("calls", int.MaxValue);
        _meter.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument is { Meter.Name: "Crux.Client", Name: "crux.client.attempts" or "crux.client.switches" })
                listener.EnableMeasurementEvents(instrument);
        };
        _meter.SetMeasurementEventCallback<long>((instrument, value, _, _) => Interlocked.Add(ref instrument.Name == "crux.client.switches" ? ref _switches : ref _attempts, value));
        _meter.Start();
    }

    public async Task<int> RunAsync(Arguments arguments, CancellationToken stopping)
    {
        await using var channel = CruxChannel.For(arguments.Required("selector"), options => options.Socket = arguments.Required("socket"));
        using var done = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var telling = TellAsync(done.Token);
        // Calls in flight at the end are left to finish: what is cut short would say nothing about the flock.
        await Task.WhenAll(Enumerable.Range(0, arguments.Number("loops", 4)).Select(loop => LoopAsync(new Galumph.GalumphClient(channel), loop, stopping)));
        await done.CancelAsync();
        await telling;
        Tell();
        return 0;
    }

    public void Dispose() => _meter.Dispose();

    private async Task LoopAsync(Galumph.GalumphClient client, int loop, CancellationToken stopping)
    {
        await Task.Yield();
        while (!stopping.IsCancellationRequested && Interlocked.Increment(ref _begun) <= _limit)
        {
            try
            {
                var options = new CallOptions(deadline: DateTime.UtcNow + CallDeadline);
                var servedBy = _register
                    ? (await client.RegisterAsync(new GalumphInstance { Name = $"caller{loop}" }, options)).ServedBy
                    : (await client.TableAsync(new TableRequest(), options)).ServedBy;
                Interlocked.CompareExchange(ref _firstAnswerAt, Stopwatch.GetTimestamp(), 0);
                _servedBy.AddOrUpdate(servedBy, 1, (_, count) => count + 1);
            }
            catch (RpcException problem)
            {
                Count(problem);
            }
            Interlocked.Increment(ref _calls);
            if (_pause > TimeSpan.Zero)
                await Task.Delay(_pause, CancellationToken.None);
        }
    }

    private void Count(RpcException problem)
    {
        var indeterminate = problem.StatusCode == StatusCode.Unavailable && problem.Trailers.GetValue("crux-reason") == "indeterminate";
        Interlocked.Increment(ref indeterminate ? ref _indeterminate : ref _failed);
        if (_problems.Count < MostProblemsTold)
            _problems.Enqueue($"{problem.StatusCode} ({problem.Trailers.GetValue("crux-reason")}): {problem.Status.Detail}");
    }

    private async Task TellAsync(CancellationToken done)
    {
        using var timer = new PeriodicTimer(ReportPeriod);
        try
        {
            while (await timer.WaitForNextTickAsync(done))
                Tell();
        }
        catch (OperationCanceledException) when (done.IsCancellationRequested)
        {
            // The loops have ended: the last line follows.
        }
    }

    private void Tell()
    {
        // One write per line, so that a reader never sees half of one.
        var line = JsonSerializer.Serialize(
            new
            {
                calls = Interlocked.Read(ref _calls),
                failed = Interlocked.Read(ref _failed),
                indeterminate = Interlocked.Read(ref _indeterminate),
                attempts = Interlocked.Read(ref _attempts),
                switches = Interlocked.Read(ref _switches),
                firstAnswerAt = Interlocked.Read(ref _firstAnswerAt),
                servedBy = new SortedDictionary<string, long>(_servedBy, StringComparer.Ordinal),
                problems = _problems.ToArray(),
            });
        Console.Out.Write(line + "\n");
    }
}
