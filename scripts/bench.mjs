/** `npm run bench:NAME [-- --pairs 5 --samples 200]`: installs and builds what is missing, then runs one of the benches. */
import { parseArgs } from 'node:util';
import { fail } from './lib/fail.mjs';
import { ensureNpmPackages } from './lib/npm-packages.mjs';
import { root } from './lib/root.mjs';
import { run } from './lib/run.mjs';
import { step } from './lib/say.mjs';
import { ensureSystemPackages, FOR_RENDERING } from './lib/system-packages.mjs';

try {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      pairs: { type: 'string' },
      samples: { type: 'string' },
      tasks: { type: 'string' },
      watchers: { type: 'string' },
      clips: { type: 'string' },
      seconds: { type: 'string' },
      quality: { type: 'string' },
      mongodb: { type: 'string' },
      with: { type: 'string' },
      renders: { type: 'string' },
      peers: { type: 'boolean' },
      resolution: { type: 'string' },
      processes: { type: 'string' },
      claims: { type: 'boolean' },
      codecs: { type: 'string' },
      also: { type: 'string' },
    },
  });
  await ensureSystemPackages(FOR_RENDERING);
  await ensureNpmPackages();
  await step('build', () => run('npm', ['run', '--silent', 'build'], { cwd: root, quiet: true }));
  switch (positionals[0]) {
    case 'render': {
      const { benchRender } = await import('../bench/render.mjs');
      await benchRender({ pairs: Number(values.pairs ?? 5) });
      break;
    }
    case 'outputs': {
      const { benchOutputs } = await import('../bench/outputs.mjs');
      await benchOutputs({ pairs: Number(values.pairs ?? 3) });
      break;
    }
    case 'api': {
      const { benchApi } = await import('../bench/api.mjs');
      await benchApi({ rounds: Number(values.pairs ?? 11), samples: Number(values.samples ?? 200) });
      break;
    }
    case 'auth': {
      const { benchAuth } = await import('../bench/auth.mjs');
      await benchAuth({ rounds: Number(values.pairs ?? 11) });
      break;
    }
    case 'build': {
      const { benchBuild } = await import('../bench/build.mjs');
      const clips = (values.clips ?? '10,50,200,1000').split(',').map(Number);
      const resolution = values.resolution === undefined ? null : Number(values.resolution);
      await benchBuild({ clips, captionSeconds: Number(values.seconds ?? 120), resolution });
      break;
    }
    case 'copy': {
      const { benchCopy } = await import('../bench/copy.mjs');
      await benchCopy({ qualities: (values.quality ?? 'QUALITY_MEDIUM,QUALITY_HIGH').split(',') });
      break;
    }
    case 'fleet': {
      if (values.claims) {
        const { benchClaims } = await import('../bench/fleet-claims.mjs');
        const counts = (values.processes ?? '1,2,4,8').split(',').map(Number);
        await benchClaims({ tasks: Number(values.tasks ?? 2000), counts, pairs: Number(values.pairs ?? 3) });
        break;
      }
      const { benchFleet } = await import('../bench/fleet.mjs');
      await benchFleet({ seconds: Number(values.seconds ?? 600), pairs: Number(values.pairs ?? 1) });
      break;
    }
    case 'idle': {
      const { benchIdle } = await import('../bench/idle.mjs');
      await benchIdle({ processes: Number(values.processes ?? 10), seconds: Number(values.seconds ?? 60) });
      break;
    }
    case 'list': {
      const { benchList } = await import('../bench/list.mjs');
      await benchList({ tasks: Number(values.tasks ?? 100_000), mongodb: values.mongodb });
      break;
    }
    case 'versions': {
      const { benchVersions } = await import('../bench/versions.mjs');
      if (values.with === undefined) throw new Error('versions needs --with COMMIT, the earlier commit');
      await benchVersions({
        commit: values.with,
        rounds: Number(values.pairs ?? 11),
        pairs: Number(values.renders ?? 5),
      });
      break;
    }
    case 'fairness': {
      const { benchFairness } = await import('../bench/fairness.mjs');
      await benchFairness({ queued: Number(values.tasks ?? 50_000), samples: Number(values.samples ?? 40) });
      break;
    }
    case 'timeline': {
      const { benchTimeline } = await import('../bench/timeline.mjs');
      await benchTimeline({ pairs: Number(values.pairs ?? 3), peers: values.peers ?? false });
      break;
    }
    case 'quality': {
      const { benchQuality } = await import('../bench/quality.mjs');
      await benchQuality({
        codecs: (values.codecs ?? 'h264,hevc,vp9,av1').split(','),
        also: values.also === undefined ? [] : values.also.split(','),
      });
      break;
    }
    case 'watch': {
      const { benchWatch } = await import('../bench/watch.mjs');
      await benchWatch({ rounds: Number(values.pairs ?? 5), watchers: Number(values.watchers ?? 10_000) });
      break;
    }
    default:
      throw new Error(
        'which bench? render, outputs, api, auth, build, copy, fleet, fairness, idle, list, quality, timeline, versions, watch',
      );
  }
} catch (error) {
  fail(error);
}
