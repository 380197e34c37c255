using System.CommandLine;
using Crux.Daemon;
using Crux.Daemon.Check;
using Crux.Daemon.Run;
using Crux.Daemon.Tour;

var root = new RootCommand(
    """
    The daemon that makes this machine a node of a flock.

    Nodes that share a flock file, a bloc and a flock name find each other by themselves: there is no seed list.

      crux secret new mill                 makes mill.flock; put it on every machine, mode 0600
      fulcrum check --flock mill --bloc hall1 --flock-file mill.flock
      fulcrum run   --flock mill --bloc hall1 --flock-file mill.flock
      fulcrum up                           plays a whole flock on this machine, to see what it does

    Settings come from appsettings.json, then CRUX__* in the environment, then flags; the later one wins:
      "Crux": { "FlockFile": "..." }  =  CRUX__FLOCKFILE=...  =  --flock-file ...

    Exit codes: 0 all is well; 1 something broke while it ran; 2 the command line can't be read;
    3 it can't start as configured, or a check fails; 130, 143 ended at once by a second signal.
    """)
{
    RunCommand.Create(),
    CheckCommand.Create(),
    UpCommand.Create(),
};
var parsed = root.Parse(args);
using var signals = new Signals();
// Signals are ours: a drain takes as long as it takes, and a second signal ends it.
var exit = await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null }, signals.Asked);
return parsed.Errors.Count > 0 ? ExitCode.Usage : exit;
