using System.Diagnostics;
using System.Net;
using Crux.Client.Attempts;

namespace Crux.Client.Selection;

/// <summary>
/// Places each request of a channel with an instance. A request that provably never reached its instance is placed with another
/// one: this holds for every kind of call, because nothing of it has been sent.
/// </summary>
internal sealed class RouteHandler(Route route) : HttpMessageHandler
{
    // Set anew for each attempt by the handler below.
    private static readonly string[] TraceHeaders = ["traceparent", "tracestate", "baggage", "Request-Id"];

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var note = CallNote.Current ?? new CallNote { WaitLimit = route.Options.DefaultDeadline };
        var told = TraceHeadersOf(request);
        while (true)
        {
            var endpoint = await route.PickAsync(note, cancellationToken);
            note.Last = endpoint;
            note.Attempts++;
            try
            {
                return await AttemptAsync(endpoint, note, request, cancellationToken);
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested && Faults.MayResend(exception, note.IsRequestStream))
            {
                var problem = endpoint.Describe(exception);
                endpoint.ReportUnreachable(problem);
                note.Add(FailedAttempt.Of(endpoint, CruxTrailers.Unreachable, problem));
                if (note.Attempts >= route.Options.MaxAttempts)
                    throw note.Say(route.Explain(note), exception);
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested && Faults.IsLoss(exception))
            {
                note.Lost = exception;
                throw;
            }
            for (var i = 0; i < TraceHeaders.Length; i++)
            {
                if ((told & (1 << i)) == 0)
                    request.Headers.Remove(TraceHeaders[i]);
            }
        }
    }

    // Bits, because it is asked of every call, and wanted for the few that are placed again.
    private static int TraceHeadersOf(HttpRequestMessage request)
    {
        var told = 0;
        for (var i = 0; i < TraceHeaders.Length; i++)
        {
            if (request.Headers.NonValidated.Contains(TraceHeaders[i]))
                told |= 1 << i;
        }
        return told;
    }

    private async Task<HttpResponseMessage> AttemptAsync(Endpoint endpoint, CallNote note, HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var activity = ClientTelemetry.Source.StartActivity("crux.attempt", ActivityKind.Client);
        if (activity is not null)
        {
            activity.SetTag("crux.selector", route.Selector.Name);
            activity.SetTag("crux.instance", endpoint.Offering.Instance);
            activity.SetTag("crux.net_id", endpoint.Offering.NetId);
            activity.SetTag("crux.attempt", note.Attempts);
            activity.SetTag("rpc.method", request.RequestUri?.AbsolutePath);
        }
        try
        {
            var response = await endpoint.SendAsync(request, note, cancellationToken);
            ClientTelemetry.CountAttempt(route.Selector.Name, response.StatusCode == HttpStatusCode.OK ? "answered" : "refused");
            return response;
        }
        catch (Exception exception)
        {
            activity?.SetStatus(ActivityStatusCode.Error, exception.Message);
            ClientTelemetry.CountAttempt(route.Selector.Name, cancellationToken.IsCancellationRequested ? "cancelled" : Faults.IsNotProcessed(exception) ? "unreachable" : "lost");
            throw;
        }
    }
}
